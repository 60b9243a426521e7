/** @file Residual flow: a chain of contractive residual blocks. Behrmann et al. 2019, arXiv:1811.00995 */
import { ActNorm } from "../act-norm.js";
import { Flow } from "../flow.js";
import { Residual, type ResidualOptions } from "../residual.js";
import { flowOptions, layers, type RecipeOptions } from "./options.js";

export interface ResidualFlowOptions
  extends Omit<RecipeOptions, "activation">, Pick<ResidualOptions, "coefficient" | "logDet" | "tolerance"> {}

/** Residual blocks that take turns with ActNorm. 6 of them unless `depth` says otherwise. */
export function residualFlow({ depth = 6, ...given }: ResidualFlowOptions): Flow {
  const { contextDim, options, rest } = flowOptions(given);
  const transforms = layers(depth, () => [new ActNorm({ shape: [rest.dim] }), new Residual({ ...rest, contextDim })]);
  return new Flow({ transforms: transforms.flat(), ...options });
}
