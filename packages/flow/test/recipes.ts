/** @file A small flow of each recipe: what the tests of whole flows go through. */
import { realNvp, type Flow } from "../src/index.js";

export interface RecipeCase {
  readonly make: (dim: number) => Flow;
  /** Steps of training on the bent ridge. */
  readonly steps?: number;
  /** Nats by which it beats a normal distribution then. */
  readonly gain?: number;
}

const hidden = [32];

export const recipes: Readonly<Record<string, RecipeCase>> = {
  "real-nvp": { make: (dim) => realNvp({ dim, hidden }) },
  "conditional real-nvp": { make: (dim) => realNvp({ dim, hidden, contextDim: 1 }) },
};
