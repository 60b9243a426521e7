/** @file What rows are conditioned on, as a contract: what is given, and what a network makes of it. */
import type { BatchField, Scope, Tensor } from "@gen/core";

/** What a batch or a feed may hold. What is missing stands for nothing. */
export interface Given {
  /** [N] i32, a class of each row; the count of classes itself stands for none. */
  readonly label?: Tensor | undefined;
  /** [N, K] i32, words of each row by their numbers from 1 on; 0 where there is none. */
  readonly words?: Tensor | undefined;
  /** [N, C], anything else: attributes, or what another model made of a text. */
  readonly context?: Tensor | undefined;
}

export type GivenName = keyof Given;

/** Conditions as vectors for a network. */
export interface Condition {
  /** What it looks at. */
  readonly names: readonly GivenName[];
  /** Whether a model is also trained without its condition, so that it can be sampled without, or guided. */
  readonly hasNull: boolean;
  /** The fields of a batch of n rows. */
  fieldsOf(n: number): Readonly<Record<string, BatchField>>;
  /** @returns [N, features]; of nothing [1, features] */
  embed(given: Given): Tensor;
  /** For training: now and then nothing instead of what is given. @returns [N, features] */
  dropped(given: Given, scope: Scope): Tensor;
}

export interface WordOptions {
  /** Words that are known; their numbers are 1 … vocabulary. */
  readonly vocabulary: number;
  /** K: words of a row, at most. */
  readonly length: number;
  /** A vector of features / K for each word, to be attended to, in the place of their mean. @default false */
  readonly each?: boolean;
}

export interface ConditionOptions {
  /** What the network takes. */
  readonly features: number;
  /** A class of so many. */
  readonly classes?: number | undefined;
  /** Words, whose order does not matter. */
  readonly words?: WordOptions | undefined;
  /** A vector of so many numbers. */
  readonly context?: number | undefined;
  /**
   * How often training leaves the condition out; 0 makes a model without a null. Of several, each is left out by itself as
   * often again, so that one may be given without the others. @default 0.1
   */
  readonly drop?: number | undefined;
}
