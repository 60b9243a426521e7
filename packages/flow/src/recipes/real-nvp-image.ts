/** @file The multi-scale RealNVP of pictures. Dinh, Sohl-Dickstein & Bengio 2017, §3.4–3.7, arXiv:1605.08803 */
import type { Shape } from "@gen/core";
import { ActNorm } from "../act-norm.js";
import { Chain } from "../compose.js";
import { convolutionalConditioner } from "../convolutional-conditioner.js";
import { Coupling } from "../coupling.js";
import { Flow } from "../flow.js";
import { checkerboard, MaskedCoupling } from "../masked-coupling.js";
import { MultiScale } from "../multi-scale.js";
import { Squeeze } from "../squeeze.js";
import { flowOptions, layers, turn, type FlowRecipeOptions } from "./options.js";

export interface RealNvpImageOptions extends FlowRecipeOptions {
  /** Of a picture as the flow sees it, [C, H, W]; H and W divide by 2 once for each level. */
  readonly shape: Shape;
  /** Scales; each but the last is squeezed into the next. @default 2 */
  readonly levels?: number;
  /** Of the couplings' residual networks. @default 32 */
  readonly channels?: number;
  /** Residual blocks of these networks. @default 2 */
  readonly blocks?: number;
}

/**
 * At each scale three checkerboard couplings, a squeeze, and three channel couplings; the last scale has four
 * checkerboard couplings alone. ActNorm stands for the paper's batch normalisation: `initialise` sets it from data.
 */
export function realNvpImage({ shape, levels = 2, channels = 32, blocks = 2, ...rest }: RealNvpImageOptions): Flow {
  const { contextDim, options } = flowOptions(rest);
  const conditioner = convolutionalConditioner({ channels, blocks });
  let inner: Shape = shape;
  const scales = layers(levels, (level) => {
    const isLast = level === levels - 1;
    const at = inner;
    const boards = layers(isLast ? 4 : 3, (i) => [
      new ActNorm({ shape: at }),
      new MaskedCoupling({ shape: at, mask: checkerboard(at, i % 2 === 0 ? "even" : "odd"), conditioner, contextDim }),
    ]).flat();
    if (isLast) return new Chain(boards);
    const squeeze = new Squeeze({ shape: at });
    const wide = squeeze.outputShape;
    inner = [wide[0]! / 2, wide[1]!, wide[2]!];
    const couplings = layers(3, (i) => [
      new ActNorm({ shape: wide }),
      new Coupling({ shape: wide, keep: turn(i), conditioner, contextDim }),
    ]).flat();
    return new Chain([...boards, squeeze, ...couplings]);
  });
  return new Flow({ transforms: [new MultiScale(scales)], ...options });
}
