/** @file IAF: autoregressive layers the other way round. Kingma, Salimans et al. 2016, arXiv:1606.04934 */
import { Autoregressive } from "../autoregressive.js";
import { Inverted } from "../compose.js";
import { Flow } from "../flow.js";
import { affine } from "../element-map.js";
import type { AutoregressiveRecipeOptions } from "./maf.js";
import { flowOptions, layers } from "./options.js";

/** Sampling in one pass, density in D: for variational inference and fast samplers. 4 layers unless `depth` says otherwise. */
export function iaf({
  dim,
  depth = 4,
  hidden = [64, 64],
  activation = "relu",
  map = affine(),
  ...rest
}: AutoregressiveRecipeOptions): Flow {
  const { contextDim, options } = flowOptions(rest);
  const transforms = layers(depth, (i) => {
    const order = i % 2 === 0 ? {} : { order: "reversed" as const };
    return new Inverted(new Autoregressive({ dim, hidden, activation, map, contextDim, ...order }));
  });
  return new Flow({ transforms, ...options });
}
