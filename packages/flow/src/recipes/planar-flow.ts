/** @file Planar and radial flows from a base to a target. Rezende & Mohamed 2015, arXiv:1505.05770 */
import { standardNormal } from "../base.js";
import { Inverted } from "../compose.js";
import { Flow } from "../flow.js";
import { Planar } from "../planar.js";
import { Pushforward } from "../pushforward.js";
import { Radial } from "../radial.js";
import { flowOptions, layers, type FlowRecipeOptions } from "./options.js";

export interface PlanarFlowOptions extends FlowRecipeOptions {
  readonly dim: number;
  /** K: transforms. @default 8 */
  readonly depth?: number;
}

/** q_K of the paper: draws of the base carried through K planar transforms, whose densities are exact. */
export function planarFlow({
  dim,
  depth = 8,
  base = standardNormal([dim]),
  contextDim = 0,
}: PlanarFlowOptions): Pushforward<Planar> {
  return new Pushforward({ base, transforms: layers(depth, () => new Planar({ dim, contextDim })) });
}

/** Draws of the base carried through K radial transforms. */
export function radialFlow({
  dim,
  depth = 8,
  base = standardNormal([dim]),
  contextDim = 0,
}: PlanarFlowOptions): Pushforward<Radial> {
  return new Pushforward({ base, transforms: layers(depth, () => new Radial({ dim, contextDim })) });
}

/** K planar transforms as the density of data: the way from data to base is their inverse, found by bisection. */
export function planarDensity({ dim, depth = 8, ...rest }: PlanarFlowOptions): Flow {
  const { contextDim, options } = flowOptions(rest);
  return new Flow({ transforms: layers(depth, () => new Inverted(new Planar({ dim, contextDim }))), ...options });
}

/** K radial transforms as the density of data; both ways are exact. */
export function radialDensity({ dim, depth = 8, ...rest }: PlanarFlowOptions): Flow {
  const { contextDim, options } = flowOptions(rest);
  return new Flow({ transforms: layers(depth, () => new Radial({ dim, contextDim })), ...options });
}
