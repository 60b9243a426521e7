/** @file What a work is: something that is timed on two sides, or something of ours alone, against a number. */
import type { Compared } from "./measure.js";
import type { Random } from "./random.js";

export type PeerId =
  "torch" | "nflows" | "zuko" | "jax-js" | "jax-js-tab" | "tfjs-wasm" | "tfjs-cpu" | "transformers-js" | "recomputed";

export interface Opponent {
  readonly peer: PeerId;
  /** The least ratio (ours / theirs, of what is done in a second) that we promise. */
  readonly target: number;
  /** Steps in each turn: a second or so of work, one step for the very slow. */
  readonly steps: number;
}

/** A parameter, and how it starts: uniform in ±limit, or at one value. */
export interface Param {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: { readonly limit: number } | { readonly value: number };
}

/** Rows that both sides see in the same order: [rows, …]. */
export interface Rows {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** What two sides do and how fast: train, sample, or decode. */
export interface DuelWork {
  readonly kind: "duel";
  readonly id: string;
  readonly title: string;
  /** What is done in a step. @default "steps" */
  readonly unit?: "steps" | "samples" | "tokens";
  /** Of these in a step. @default 1 */
  readonly perStep?: number;
  /** Widths, depths, batch: whatever the sides need to know. They find it in the manifest of the fixture. */
  readonly sizes: object;
  /** Every parameter, in the order in which the weights file holds them. */
  params(): Param[];
  rows(random: Random): Rows;
  /** Steps in each turn of ours. */
  readonly steps: number;
  readonly opponents: readonly Opponent[];
  /** What must agree. @default the losses of the second half of 96 steps, within 2 % */
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

/** Weight and bias of a dense layer, the weight [in, out] by Glorot: ±sqrt(6 / (in + out)). */
export function dense(name: string, inputs: number, outputs: number): Param[] {
  return [
    { name: `${name}.weight`, shape: [inputs, outputs], start: glorot(inputs, outputs) },
    { name: `${name}.bias`, shape: [outputs], start: { value: 0 } },
  ];
}

export function glorot(inputs: number, outputs: number): { readonly limit: number } {
  return { limit: Math.sqrt(6 / (inputs + outputs)) };
}
