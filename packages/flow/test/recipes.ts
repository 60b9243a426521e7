/** @file A small flow of each recipe: what the tests of whole flows go through. */
import {
  cnf,
  ConditionalNormal,
  glow,
  iaf,
  LearnedNormal,
  maf,
  MixtureBase,
  nice,
  nsf,
  planarDensity,
  radialDensity,
  realNvp,
  realNvpImage,
  residualFlow,
  type Flow,
} from "../src/index.js";

export interface RecipeCase {
  readonly make: (dim: number) => Flow;
  /** Steps of training on the bent ridge. @default 150 */
  readonly steps?: number;
  /** Nats by which it beats a normal distribution then. @default 0.15 */
  readonly gain?: number;
}

const hidden = [24];

export const recipes: Readonly<Record<string, RecipeCase>> = {
  "real-nvp": { make: (dim) => realNvp({ dim, hidden }) },
  "conditional real-nvp": {
    make: (dim) =>
      realNvp({ dim, hidden, contextDim: 1, base: new ConditionalNormal({ shape: [dim], contextDim: 1 }) }),
  },
  nice: { make: (dim) => nice({ dim, hidden, base: new LearnedNormal({ shape: [dim] }) }) },
  maf: { make: (dim) => maf({ dim, hidden, depth: 3, base: new MixtureBase({ dim, components: 3 }) }) },
  "conditional maf": { make: (dim) => maf({ dim, hidden, depth: 3, contextDim: 1 }) },
  iaf: { make: (dim) => iaf({ dim, hidden, depth: 3 }) },
  "nsf coupling": { make: (dim) => nsf({ dim, hidden, depth: 2, bins: 5 }) },
  "nsf autoregressive": { make: (dim) => nsf({ dim, hidden, depth: 2, bins: 5, kind: "autoregressive" }) },
  planar: { make: (dim) => planarDensity({ dim, depth: 6 }), steps: 120, gain: -0.2 },
  radial: { make: (dim) => radialDensity({ dim, depth: 6 }), gain: -0.05 },
  residual: { make: (dim) => residualFlow({ dim, hidden, depth: 3 }), gain: 0.05 },
  cnf: { make: (dim) => cnf({ dim, hidden, steps: 12 }), steps: 120, gain: 0.05 },
};

const shape = [1, 4, 4];

/** One flow of each recipe: those above in the plane, and those of pictures. */
export const flows: Readonly<Record<string, () => Flow>> = {
  ...Object.fromEntries(Object.entries(recipes).map(([name, { make }]) => [name, () => make(2)])),
  glow: () => glow({ shape, levels: 2, depth: 1, channels: 4 }),
  "multi-scale real-nvp": () => realNvpImage({ shape, levels: 2, channels: 4, blocks: 1 }),
};

const completing = ["real-nvp", "conditional maf", "radial"];

/** complete.onnx holds the whole flow twice, and its gradient, in a loop: where that is slow, one of each kind of flow shows what there is to see. */
export const leftOut = (name: string): readonly string[] => (completing.includes(name) ? [] : ["complete"]);
