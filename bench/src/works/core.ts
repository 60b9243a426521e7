/**
 * @file What belongs to no family. `mlp-50`, where the many small operations and not the products take the time:
 * h = relu(x W + b), then h ← h + relu(h W + b) / layers for each layer between the first and the last; the loss is the
 * Bernoulli cross-entropy of the last layer's output and x, summed over x.
 */
import { blobs } from "../random.js";
import { dense, type DuelWork, type Param, type SoloWork } from "../work.js";

export const mlp50 = { data: [64], width: 32, layers: 50, batch: 32, rows: 2048 } as const;

/** `seconds`: what it may take. */
export const graph12x768 = { layers: 12, width: 768, heads: 12, context: 64, batch: 4, seconds: 2 } as const;

/** Steps before the first look at the memory, and steps in each look. */
export const memory = { after: 500, window: 500 } as const;

export const coreDuels: readonly DuelWork[] = [
  {
    kind: "duel",
    id: "mlp-50",
    title: "50 layers of width 32, batch 32, Adam",
    sizes: mlp50,
    params: deepParams,
    rows: (random) => blobs(mlp50, random),
    steps: 192,
    opponents: [
      { peer: "torch", target: 2, steps: 192 },
      { peer: "jax-js", target: 5, steps: 40 },
    ],
  },
];

export const coreSolos: readonly SoloWork[] = [
  {
    kind: "solo",
    id: "graph-12x768",
    title: "12 × 768 transformer stack: graph + gradients + encode + session",
    steps: 1,
    against: "2 s",
    unit: "s",
    target: 1,
  },
  {
    kind: "solo",
    id: "memory",
    title: "resident memory after 20,000 more steps of vae-dense",
    steps: 20_500,
    against: "after 500 steps",
    unit: "MiB",
    target: 1 / 1.02,
  },
];

function deepParams(): Param[] {
  const {
    data: [features],
    width,
    layers,
  } = mlp50;
  const between = Array.from({ length: layers - 2 }, (_, i) => dense(`blocks.${i}`, width, width));
  return [...dense("first", features, width), ...between.flat(), ...dense("last", width, features)];
}
