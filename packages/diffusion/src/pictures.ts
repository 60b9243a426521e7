/** @file Pictures as diffusion models see them: intensities from −1 to 1. */
import type { Shape } from "@gen/core";
import { Affine, Chain, Intensities, type Codec } from "@gen/core/codec";

/** Bytes or intensities in [0, 1], as numbers in [−1, 1]. Ho et al. 2020, §3.3. arXiv:2006.11239 @param shape [C, H, W] */
export function pictureCodec(shape: Shape): Codec {
  return new Chain([new Intensities({ shape }), new Affine({ shape, scale: 2, shift: -1 })]);
}
