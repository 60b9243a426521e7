/** @file What is compared with what, and the ratio to reach. */
import type { Compared } from "./measure.js";
import type { TrainedWork } from "./spec.js";

export type PeerId = "torch" | "jax-js" | "tfjs-wasm" | "tfjs-cpu";

export interface Opponent {
  readonly peer: PeerId;
  /** The least ratio (ours / theirs, in steps a second) that we promise. */
  readonly target: number;
  /** Steps in each turn: a second or so of work, one step for the very slow. */
  readonly steps: number;
}

/** A training step that peers run too. */
export interface DuelWork {
  readonly kind: "duel";
  readonly id: TrainedWork;
  readonly title: string;
  /** Steps in each turn of ours. */
  readonly steps: number;
  readonly opponents: readonly Opponent[];
  /** What must agree, of games: after their first steps the noise of each side decides how they go on. */
  readonly compared?: Compared;
}

/** Something of ours alone, against a number. */
export interface SoloWork {
  readonly kind: "solo";
  readonly id: "graph-12x768" | "memory";
  readonly title: string;
  readonly steps: number;
  /** What `theirs` is. */
  readonly against: string;
  readonly unit: string;
  readonly target: number;
}

export type Work = DuelWork | SoloWork;

export const works: readonly Work[] = [
  {
    kind: "duel",
    id: "vae-dense",
    title: "VAE 784-400-20, batch 128, Adam",
    steps: 192,
    opponents: [
      { peer: "torch", target: 1.2, steps: 192 },
      { peer: "jax-js", target: 5, steps: 40 },
      { peer: "tfjs-wasm", target: 15, steps: 15 },
    ],
  },
  {
    kind: "duel",
    id: "vae-conv",
    title: "convolutional VAE, 3×32×32, batch 64, Adam",
    steps: 32,
    opponents: [
      { peer: "torch", target: 0.7, steps: 32 },
      { peer: "tfjs-cpu", target: 100, steps: 1 },
    ],
  },
  {
    kind: "duel",
    id: "mlp-50",
    title: "50 layers of width 32, batch 32, Adam",
    steps: 192,
    opponents: [
      { peer: "torch", target: 2, steps: 192 },
      { peer: "jax-js", target: 5, steps: 40 },
    ],
  },
  {
    kind: "duel",
    id: "gan-dense",
    title: "dense GAN 64-256-256-784, batch 128, both players, Adam",
    steps: 128,
    opponents: [{ peer: "torch", target: 1.5, steps: 128 }],
    compared: { first: 1, within: 0.15 },
  },
  {
    kind: "duel",
    id: "gan-wgan-gp",
    title: "the same as WGAN-GP: gradients of gradients",
    steps: 96,
    opponents: [{ peer: "torch", target: 1, steps: 96 }],
    compared: { first: 1, within: 0.15 },
  },
  {
    kind: "duel",
    id: "gan-dcgan",
    title: "DCGAN 3×32×32, 32-64-128 channels, batch 64, both players, Adam",
    steps: 16,
    opponents: [{ peer: "torch", target: 0.7, steps: 16 }],
    compared: { first: 1, within: 0.15 },
  },
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
