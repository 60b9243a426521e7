/** @file Residual flow: a chain of contractive residual blocks. Behrmann et al. 2019, arXiv:1811.00995 */
import { ActNorm } from "../act-norm.js";
import { Flow } from "../flow.js";
import { Residual, type ResidualOptions } from "../residual.js";
import { flowOptions, layers, type RecipeOptions } from "./options.js";

export interface ResidualFlowOptions
  extends Omit<RecipeOptions, "activation">, Pick<ResidualOptions, "coefficient" | "logDet" | "tolerance"> {}

/** Residual blocks that take turns with ActNorm. 6 of them unless `depth` says otherwise. */
export function residualFlow({
  dim,
  depth = 6,
  hidden = [64, 64],
  contextDim: context = 0,
  classes = 0,
  base,
  codec,
  contextCodec,
  ...residual
}: ResidualFlowOptions): Flow {
  const { contextDim, options } = flowOptions({
    contextDim: context,
    classes,
    ...(base && { base }),
    ...(codec && { codec }),
    ...(contextCodec && { contextCodec }),
  });
  const transforms = layers(depth, () => [
    new ActNorm({ shape: [dim] }),
    new Residual({ dim, hidden, contextDim, ...residual }),
  ]).flat();
  return new Flow({ transforms, ...options });
}
