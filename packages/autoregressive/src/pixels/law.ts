/** @file What a pixel is drawn from: the law of its value, given numbers that a network makes of the pixels before it. */
import type { Tensor } from "@gen/core";
import { bernoulli, type Law } from "@gen/core/prob";

/** A family of laws for the pixels of a picture. */
export interface PixelLaw {
  /** C: values of a pixel. */
  readonly channels: number;
  /** P: numbers that a network gives for each pixel; of C blocks in the order of the channels, where `colours` is C. */
  readonly params: number;
  /** How many of the channels are told apart by masks in the network: C, or 1 for a law that couples them itself. */
  readonly colours: number;
  /** What the parameters are, for the card of an exported model. */
  readonly about: string;
  /** Intensities in [0, 1] to what the network sees and the law is about: [N, C, H, W]. */
  encode(x: Tensor): Tensor;
  /** The way back, up to what encode rounds. */
  decode(y: Tensor): Tensor;
  /** The law of encoded pixels [N, C, …S] with parameters [N, P, …S]: one event for each row. */
  of(params: Tensor): Law;
}

/** Pixels that are black or white, one channel: p(x = 1) = σ(params). An intensity above ½ counts as 1. */
export function binary(): PixelLaw {
  return {
    channels: 1,
    params: 1,
    colours: 1,
    about: "log-odds that a pixel is 1, given the pixels before it",
    encode: (x) => x.greater(0.5).cast("f32"),
    decode: (y) => y,
    of: (params) => bernoulli({ logits: params, eventDims: params.rank - 1 }),
  };
}
