/** @file What is said of a model that leaves the tab. */
import type { Settings } from "./course.js";
import type { ShapeName } from "./densities.js";

export interface About {
  /** After the family. */
  readonly name: string;
  readonly data: string;
  readonly licence: string;
  /** What it takes to go on with it, but for the steps. */
  readonly recipe: object;
}

/** What it takes to go on with a model: the recipe of its card. */
export interface PlaneRecipe {
  /** What kind of recipe this is. */
  readonly of: "plane";
  readonly shape: ShapeName;
  readonly seed: number;
  readonly steps: number;
  readonly settings: Settings;
}

/** What it takes to go on with a model of data of one's own: beside it, the data. */
export interface OwnRecipe {
  readonly of: "own";
  readonly kind: string;
  readonly steps: number;
  readonly settings: Settings;
}

/** Of a model of points in the plane. */
export function aboutPlane({ shape, seed, settings }: Omit<PlaneRecipe, "of" | "steps">): About {
  const recipe: Omit<PlaneRecipe, "steps"> = { of: "plane", shape, seed, settings };
  return { name: shape, data: `points of the plane: ${shape}, seed ${seed}`, licence: "MIT", recipe };
}
