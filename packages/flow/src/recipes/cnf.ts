/** @file Continuous normalizing flow. Chen et al. 2018, arXiv:1806.07366; FFJORD, Grathwohl et al. 2019, arXiv:1810.01367 */
import { Continuous, type ContinuousOptions } from "../continuous.js";
import { Flow } from "../flow.js";
import { flowOptions, layers, type RecipeOptions } from "./options.js";

export interface CnfOptions extends RecipeOptions, Pick<ContinuousOptions, "steps" | "adaptive" | "trace"> {}

/** One vector field, or `depth` of them one after the other. */
export function cnf({ depth = 1, ...given }: CnfOptions): Flow {
  const { contextDim, options, rest } = flowOptions(given);
  return new Flow({ transforms: layers(depth, () => new Continuous({ ...rest, contextDim })), ...options });
}
