/** @file What rows are conditioned on, a class or a vector, and the null that stands for nothing: guidance needs it. */
import {
  GenError,
  normalInit,
  param,
  randomUniform,
  scalar,
  type BatchField,
  type Scope,
  type Tensor,
} from "@gen/core";
import { Embedding, Linear } from "@gen/core/nn";

/** What a batch or a feed may hold: one of the two. */
export interface Given {
  /** [N] i32, a class of each row. */
  readonly label?: Tensor | undefined;
  /** [N, C], anything else: words, attributes. */
  readonly context?: Tensor | undefined;
}

/** Conditions of one kind as vectors for a network. */
export interface Condition {
  readonly field: "label" | "context";
  /** Whether a model is also trained without its condition, so that it can be sampled without, or guided. */
  readonly hasNull: boolean;
  /** The type of a batch's field of that name. */
  fieldOf(n: number): BatchField;
  /** @returns [N, features]; of nothing [1, features] */
  embed(given: Tensor | undefined): Tensor;
  /** For training: now and then nothing instead of what is given. */
  dropped(given: Tensor, scope: Scope): Tensor;
}

export interface ConditionOptions {
  /** What network takes. */
  readonly features: number;
  /** The condition is a class of so many. */
  readonly classes?: number | undefined;
  /** The condition is a vector of so many numbers. */
  readonly context?: number | undefined;
  /** How often training leaves it out; 0 makes a model without a null. @default 0.1 */
  readonly drop?: number | undefined;
}

/** @throws GenError `option` unless exactly one of `classes` and `context` is given, `range` for a drop outside [0, 1) */
export function conditionOf({ features, classes, context, drop = 0.1 }: ConditionOptions): Condition {
  if ((classes === undefined) === (context === undefined))
    throw new GenError("option", "condition: expected either classes or context, got both or neither");
  if (!(drop >= 0 && drop < 1)) throw new GenError("range", `condition: expected drop in [0, 1), got ${drop}`);
  return classes !== undefined
    ? new ClassCondition({ classes, features, drop })
    : new VectorCondition({ inputs: context!, features, drop });
}

class ClassCondition implements Condition {
  readonly field = "label";
  readonly table: Embedding;
  readonly #classes: number;
  readonly #drop: number;

  constructor({ classes, features, drop }: { classes: number; features: number; drop: number }) {
    this.table = new Embedding({ count: classes + 1, features, std: 1 });
    this.#classes = classes;
    this.#drop = drop;
  }

  get hasNull(): boolean {
    return this.#drop > 0;
  }

  fieldOf(n: number): BatchField {
    return { shape: [n], dtype: "i32" };
  }

  embed(given: Tensor | undefined): Tensor {
    return this.table.forward(given ?? scalar(this.#classes, "i32").expand([1]));
  }

  dropped(given: Tensor, scope: Scope): Tensor {
    if (this.#drop === 0) return this.embed(given);
    const isGone = randomUniform(scope.nextKey(), given.shape).less(this.#drop);
    return this.embed(isGone.where(scalar(this.#classes, "i32"), given));
  }
}

class VectorCondition implements Condition {
  readonly field = "context";
  readonly map: Linear;
  /** [1, features] */
  readonly nothing: Tensor;
  readonly #drop: number;

  constructor({ inputs, features, drop }: { inputs: number; features: number; drop: number }) {
    this.map = new Linear({ inputs, outputs: features });
    this.nothing = param([1, features], normalInit({ std: 0.02 }));
    this.#drop = drop;
  }

  get hasNull(): boolean {
    return this.#drop > 0;
  }

  fieldOf(n: number): BatchField {
    return [n, this.map.weight.shape[0]!];
  }

  embed(given: Tensor | undefined): Tensor {
    return given === undefined ? this.nothing : this.map.forward(given);
  }

  dropped(given: Tensor, scope: Scope): Tensor {
    if (this.#drop === 0) return this.embed(given);
    const isGone = randomUniform(scope.nextKey(), [given.shape[0]!, 1]).less(this.#drop);
    return isGone.where(this.nothing, this.embed(given));
  }
}
