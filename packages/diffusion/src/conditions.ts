/**
 * @file What rows are conditioned on: a class, words, a vector, or several of these; and the null that stands for nothing, which
 * guidance needs. Ho & Salimans 2022, "Classifier-free diffusion guidance", algorithm 1. arXiv:2207.12598
 */
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
import type { Condition, ConditionOptions, Given, GivenName, WordOptions } from "./condition.js";

/** @throws GenError `option` if there is nothing to condition on, `range` for counts below 1, a drop outside [0, 1), features that words do not share */
export function conditionOf({ features, classes, words, context, drop = 0.1 }: ConditionOptions): Condition {
  if (!(drop >= 0 && drop < 1)) throw new GenError("range", `condition: expected drop in [0, 1), got ${drop}`);
  const { vocabulary, length, each = false } = words ?? {};
  if (each && features % length! !== 0)
    throw new GenError("range", `condition: expected features that ${length} words share, got ${features}`);
  for (const [name, count] of Object.entries({ classes, context, vocabulary, length }))
    if (count !== undefined && !(Number.isInteger(count) && count >= 1))
      throw new GenError("range", `condition: expected ${name}, a whole number of at least 1, got ${count}`);
  const parts = [
    ...(classes === undefined ? [] : [new ClassCondition({ classes, features, drop })]),
    ...(words === undefined ? [] : [new WordCondition({ ...words, features, drop })]),
    ...(context === undefined ? [] : [new VectorCondition({ inputs: context, features, drop })]),
  ];
  const [first, ...others] = parts;
  if (first === undefined)
    throw new GenError("option", "condition: expected classes, words or context, got none of them");
  return others.length === 0 ? first : new JointCondition(parts, drop);
}

class ClassCondition implements Condition {
  readonly names = ["label"] as const;
  readonly hasNull: boolean;
  readonly table: Embedding;
  readonly #classes: number;
  readonly #drop: number;

  constructor({ classes, features, drop }: { classes: number; features: number; drop: number }) {
    this.table = new Embedding({ count: classes + 1, features, std: 1 });
    this.hasNull = drop > 0;
    this.#classes = classes;
    this.#drop = drop;
  }

  fieldsOf(n: number): Record<string, BatchField> {
    return { label: { shape: [n], dtype: "i32" } };
  }

  embed({ label = scalar(this.#classes, "i32").expand([1]) }: Given): Tensor {
    return this.table.forward(label);
  }

  dropped({ label }: Given, scope: Scope): Tensor {
    if (this.#drop === 0) return this.embed({ label });
    const isGone = randomUniform(scope.nextKey(), label!.shape).less(this.#drop);
    return this.embed({ label: isGone.where(scalar(this.#classes, "i32"), label!) });
  }
}

/** The mean of the words' vectors, with a vector of its own for no words; or the vector of each, one after the other. */
class WordCondition implements Condition {
  readonly names = ["words"] as const;
  readonly hasNull: boolean;
  readonly table: Embedding;
  /** [1, features of a vector] */
  readonly nothing: Tensor;
  readonly #length: number;
  readonly #each: boolean;
  readonly #drop: number;

  constructor({ vocabulary, length, each = false, features, drop }: WordOptions & { features: number; drop: number }) {
    const width = each ? features / length : features;
    this.table = new Embedding({ count: vocabulary + 1, features: width, std: 1 });
    this.nothing = param([1, width], normalInit({ std: 1 }));
    this.hasNull = drop > 0;
    this.#length = length;
    this.#each = each;
    this.#drop = drop;
  }

  fieldsOf(n: number): Record<string, BatchField> {
    return { words: { shape: [n, this.#length], dtype: "i32" } };
  }

  embed({ words }: Given): Tensor {
    if (this.#each) {
      const isWord = words?.greater(0).unsqueeze(-1); //                           [N, K, 1]
      const rows =
        isWord?.where(this.table.forward(words!), this.nothing) ??
        this.nothing.expand([this.#length, this.nothing.shape[1]!]);
      return rows.reshape([-1, this.#length * this.nothing.shape[1]!]);
    }
    if (words === undefined) return this.nothing;
    const isWord = words.greater(0).cast("f32"); //                                [N, K]
    const count = isWord.sum(1, { keepDims: true }); //                            [N, 1]
    const sum = this.table.forward(words).mul(isWord.unsqueeze(-1)).sum(1); //     [N, features]
    return count.greater(0).where(sum.div(count.maximum(1)), this.nothing);
  }

  dropped({ words }: Given, scope: Scope): Tensor {
    return droppedRows(this, { words }, { drop: this.#drop, n: words!.shape[0]!, scope });
  }
}

class VectorCondition implements Condition {
  readonly names = ["context"] as const;
  readonly hasNull: boolean;
  readonly map: Linear;
  /** [1, features] */
  readonly nothing: Tensor;
  readonly #drop: number;

  constructor({ inputs, features, drop }: { inputs: number; features: number; drop: number }) {
    this.map = new Linear({ inputs, outputs: features });
    this.nothing = param([1, features], normalInit({ std: 0.02 }));
    this.hasNull = drop > 0;
    this.#drop = drop;
  }

  fieldsOf(n: number): Record<string, BatchField> {
    return { context: [n, this.map.weight.shape[0]!] };
  }

  embed({ context }: Given): Tensor {
    return context === undefined ? this.nothing : this.map.forward(context);
  }

  dropped({ context }: Given, scope: Scope): Tensor {
    return droppedRows(this, { context }, { drop: this.#drop, n: context!.shape[0]!, scope });
  }
}

/** Several at once: the sum of their vectors. */
class JointCondition implements Condition {
  readonly names: readonly GivenName[];
  readonly hasNull: boolean;
  readonly #drop: number;

  constructor(
    readonly parts: readonly Condition[],
    drop: number,
  ) {
    this.names = parts.flatMap(({ names }) => names);
    this.hasNull = drop > 0;
    this.#drop = drop;
  }

  fieldsOf(n: number): Readonly<Record<string, BatchField>> {
    return Object.assign({}, ...this.parts.map((part) => part.fieldsOf(n))) as Record<string, BatchField>;
  }

  embed(given: Given): Tensor {
    return this.parts.map((part) => part.embed(given)).reduce((a, b) => a.add(b));
  }

  dropped(given: Given, scope: Scope): Tensor {
    const each = this.parts.map((part) => part.dropped(given, scope)).reduce((a, b) => a.add(b));
    return this.#drop === 0 ? each : isGone({ drop: this.#drop, n: each.shape[0]!, scope }).where(this.embed({}), each);
  }
}

interface Dropping {
  readonly drop: number;
  readonly n: number;
  readonly scope: Scope;
}

const isGone = ({ drop, n, scope }: Dropping): Tensor => randomUniform(scope.nextKey(), [n, 1]).less(drop);

function droppedRows(condition: Condition, given: Given, dropping: Dropping): Tensor {
  const embedded = condition.embed(given);
  return dropping.drop === 0 ? embedded : isGone(dropping).where(condition.embed({}), embedded);
}

/** The error of asking a model without a null for what needs one. */
export function noNull(what: string): GenError {
  return new GenError("option", `diffusion: expected a model with a null condition for ${what}, got one without`, {
    fix: "train it with condition: { …, drop: 0.1 }",
  });
}
