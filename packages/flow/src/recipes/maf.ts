/** @file MAF: affine autoregressive layers of alternating order. Papamakarios, Pavlakou & Murray 2017, arXiv:1705.07057 */
import { ActNorm } from "../act-norm.js";
import { Autoregressive } from "../autoregressive.js";
import { affine, type ElementMap } from "../element-map.js";
import { Flow } from "../flow.js";
import { flowOptions, layers, type RecipeOptions } from "./options.js";

export interface AutoregressiveRecipeOptions extends RecipeOptions {
  /** What moves each element. @default affine() */
  readonly map?: ElementMap;
}

/**
 * Density in one pass, sampling in D. Layers take turns with ActNorm in the place of the paper's batch normalisation, so
 * that a row does not depend on its neighbours; `initialise` sets it from data. 5 layers unless `depth` says otherwise.
 */
export function maf({
  dim,
  depth = 5,
  hidden = [64, 64],
  activation = "relu",
  map = affine(),
  ...rest
}: AutoregressiveRecipeOptions): Flow {
  const { contextDim, options } = flowOptions(rest);
  const transforms = layers(depth, (i) => {
    const order = i % 2 === 0 ? {} : { order: "reversed" as const };
    return [new ActNorm({ shape: [dim] }), new Autoregressive({ dim, hidden, activation, map, contextDim, ...order })];
  });
  return new Flow({ transforms: transforms.flat(), ...options });
}
