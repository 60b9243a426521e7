/** @file NICE: additive couplings, then one scale for each feature. Dinh, Krueger & Bengio 2015, arXiv:1410.8516 */
import { denseConditioner } from "../conditioner.js";
import { Coupling } from "../coupling.js";
import { additive } from "../element-map.js";
import { ElementwiseAffine } from "../elementwise-affine.js";
import { Flow } from "../flow.js";
import { flowOptions, layers, turn, type RecipeOptions } from "./options.js";

/** Rows of at least two features, in 4 couplings unless `depth` says otherwise. */
export function nice({ dim, depth = 4, hidden = [64, 64], activation = "relu", ...rest }: RecipeOptions): Flow {
  const { contextDim, options } = flowOptions(rest);
  const conditioner = denseConditioner({ hidden, activation });
  const map = additive();
  const couplings = layers(depth, (i) => new Coupling({ shape: [dim], keep: turn(i), map, conditioner, contextDim }));
  return new Flow({ transforms: [...couplings, new ElementwiseAffine({ shape: [dim] })], ...options });
}
