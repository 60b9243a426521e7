/** @file The options that recipes share. */
import type { Codec } from "@gen/core/codec";
import type { Activation } from "@gen/core/nn";
import type { Base } from "../base.js";
import type { FlowOptions } from "../flow.js";

export interface FlowRecipeOptions {
  /** Width of the context of each row; 0 for none. @default 0 */
  readonly contextDim?: number;
  /** Condition on one of so many classes instead. @default 0 */
  readonly classes?: number;
  /** @default standardNormal */
  readonly base?: Base;
  /** Between the user's units and the flow's. @default none */
  readonly codec?: Codec;
  /** Between the user's units of the context and the flow's, which then are `contextDim` numbers. @default none */
  readonly contextCodec?: Codec;
}

export interface RecipeOptions extends FlowRecipeOptions {
  /** Features of a row. */
  readonly dim: number;
  /** Layers. @default depends on the recipe */
  readonly depth?: number;
  /** Width of each hidden layer of the networks. @default [64, 64] */
  readonly hidden?: readonly number[];
  /** Between the layers of the networks. */
  readonly activation?: Activation;
}

/** What a recipe hands on to its flow, the width of context for its layers, and what else it was given. */
export function flowOptions<O extends FlowRecipeOptions>({
  contextDim = 0,
  classes = 0,
  base,
  codec,
  contextCodec,
  ...rest
}: O): {
  readonly contextDim: number;
  readonly options: Omit<FlowOptions, "transforms">;
  readonly rest: Omit<O, keyof FlowRecipeOptions>;
} {
  return {
    contextDim: Math.max(contextDim, classes),
    options: { classes, ...(base && { base }), ...(codec && { codec }), ...(contextCodec && { contextCodec }) },
    rest,
  };
}

/** `depth` layers, made by their index. */
export function layers<T>(depth: number, make: (i: number) => T): T[] {
  return Array.from({ length: depth }, (_, i) => make(i));
}

/** Which half the i-th coupling keeps: first and last by turns. */
export function turn(i: number): "first" | "last" {
  return i % 2 === 0 ? "first" : "last";
}
