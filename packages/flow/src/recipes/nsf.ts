/** @file Neural spline flows, coupling and autoregressive. Durkan, Bekasov, Murray & Papamakarios 2019, arXiv:1906.04032 */
import { Autoregressive } from "../autoregressive.js";
import { denseConditioner } from "../conditioner.js";
import { Coupling } from "../coupling.js";
import { Flow } from "../flow.js";
import { LinearBijection } from "../linear.js";
import { Lu } from "../lu.js";
import { rationalQuadratic, type SplineMapOptions } from "../spline-map.js";
import type { Bijection } from "../transform.js";
import { flowOptions, layers, turn, type RecipeOptions } from "./options.js";

export interface NsfOptions extends RecipeOptions, SplineMapOptions {
  /** Splines of one half given the other, or of each feature given those before it. @default "coupling" */
  readonly kind?: "coupling" | "autoregressive";
}

/** Rational-quadratic splines, each after a learned LU map. 4 layers unless `depth` says otherwise. */
export function nsf({
  dim,
  depth = 4,
  hidden = [64, 64],
  activation = "relu",
  kind = "coupling",
  bins = 8,
  interval = [-5, 5],
  tails = "identity",
  ...rest
}: NsfOptions): Flow {
  const { contextDim, options } = flowOptions(rest);
  const map = rationalQuadratic({ bins, interval, tails });
  const conditioner = denseConditioner({ hidden, activation });
  const splines = (i: number): Bijection =>
    kind === "coupling"
      ? new Coupling({ shape: [dim], keep: turn(i), map, conditioner, contextDim })
      : new Autoregressive({ dim, hidden, activation, map, contextDim });
  // On a circle a linear map would tear neighbours apart.
  const mixing = (i: number): Bijection[] =>
    tails === "circle" ? [] : [new LinearBijection({ shape: [dim], of: new Lu({ dim, seed: i }) })];
  return new Flow({ transforms: layers(depth, (i) => [...mixing(i), splines(i)]).flat(), ...options });
}
