/** @file RealNVP: affine couplings of alternating halves. Dinh, Sohl-Dickstein & Bengio 2017, arXiv:1605.08803 */
import { denseConditioner } from "../conditioner.js";
import { Coupling } from "../coupling.js";
import { affine } from "../element-map.js";
import { Flow } from "../flow.js";
import { flowOptions, layers, turn, type RecipeOptions } from "./options.js";

export interface RealNvpOptions extends RecipeOptions {
  /** Limit of each layer's log-scale. @default 3 */
  readonly bound?: number;
}

/** Rows of at least two features, in 6 layers unless `depth` says otherwise. */
export function realNvp({
  dim,
  depth = 6,
  hidden = [64, 64],
  activation = "tanh",
  bound = 3,
  ...rest
}: RealNvpOptions): Flow {
  const { contextDim, options } = flowOptions(rest);
  const conditioner = denseConditioner({ hidden, activation });
  const map = affine({ bound });
  const transforms = layers(depth, (i) => new Coupling({ shape: [dim], keep: turn(i), map, conditioner, contextDim }));
  return new Flow({ transforms, ...options });
}
