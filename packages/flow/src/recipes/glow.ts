/** @file Glow: ActNorm, 1×1 convolutions and affine couplings at several scales. Kingma & Dhariwal 2018, arXiv:1807.03039 */
import type { Shape } from "@gen/core";
import { ActNorm } from "../act-norm.js";
import { Chain } from "../compose.js";
import { convolutionalConditioner } from "../convolutional-conditioner.js";
import { Coupling } from "../coupling.js";
import { Flow } from "../flow.js";
import { LinearBijection } from "../linear.js";
import { Lu } from "../lu.js";
import { MultiScale } from "../multi-scale.js";
import { Squeeze } from "../squeeze.js";
import type { Bijection } from "../transform.js";
import { flowOptions, layers, type FlowRecipeOptions } from "./options.js";

export interface GlowOptions extends FlowRecipeOptions {
  /** Of a picture as the flow sees it, [C, H, W]; H and W divide by 2 once for each level. */
  readonly shape: Shape;
  /** L: scales. @default 2 */
  readonly levels?: number;
  /** K: steps at each scale. @default 4 */
  readonly depth?: number;
  /** Of the couplings' networks. @default 32 */
  readonly channels?: number;
}

/** Each scale ends by normalising the half that is done given the half that goes on: Glow's learned prior. */
export function glow({ shape, levels = 2, depth = 4, channels = 32, ...rest }: GlowOptions): Flow {
  const { contextDim, options } = flowOptions(rest);
  const conditioner = convolutionalConditioner({ channels, blocks: 0 });
  let [C, H, W] = shape as [number, number, number];
  const scales = layers(levels, (level) => {
    const squeeze = new Squeeze({ shape: [C, H, W] });
    const inner = squeeze.outputShape;
    const step = (i: number): Bijection[] => [
      new ActNorm({ shape: inner }),
      new LinearBijection({ shape: inner, of: new Lu({ dim: inner[0]!, seed: level * depth + i }) }),
      new Coupling({ shape: inner, keep: "first", conditioner, contextDim }),
    ];
    const prior = level === levels - 1 ? [] : [new Coupling({ shape: inner, keep: "first", conditioner, contextDim })];
    [C, H, W] = [inner[0]! / 2, inner[1]!, inner[2]!];
    return new Chain([squeeze, ...layers(depth, step).flat(), ...prior]);
  });
  return new Flow({ transforms: [new MultiScale(scales)], ...options });
}
