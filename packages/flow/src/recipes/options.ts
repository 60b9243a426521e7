/** @file The options that recipes of rows share. */
import type { Activation } from "@gen/core/nn";
import type { Base } from "../base.js";
import type { FlowOptions } from "../flow.js";

export interface RecipeOptions extends ConditionOptions {
  /** Features of a row. */
  readonly dim: number;
  /** Layers. @default depends on the recipe */
  readonly depth?: number;
  /** Width of each hidden layer of the networks. @default [64, 64] */
  readonly hidden?: readonly number[];
  /** Between the layers of the networks. */
  readonly activation?: Activation;
}

export interface ConditionOptions {
  /** Width of the context of each row; 0 for none. @default 0 */
  readonly contextDim?: number;
  /** Condition on one of so many classes instead. @default 0 */
  readonly classes?: number;
  /** @default standardNormal */
  readonly base?: Base;
}

/** What a recipe hands on to its flow, and the width of context for its layers. */
export function flowOptions({
  contextDim = 0,
  classes = 0,
  base,
}: ConditionOptions): Pick<FlowOptions, "base" | "classes"> & { contextDim: number } {
  return { contextDim: Math.max(contextDim, classes), classes, ...(base === undefined ? {} : { base }) };
}
