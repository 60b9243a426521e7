/** @file The fields that feed a model's programs: rows, and what they are conditioned on, wanted or to be avoided. */
import type { BatchField, Tensor } from "@gen/core";
import type { Given, GivenName } from "./condition.js";
import type { Diffusion } from "./diffusion.js";

export type Feeds = Readonly<Record<string, Tensor>>;

export interface RowsOptions {
  /** Rows in a batch. */
  readonly n: number;
  /** How rows are given: numbers, or bytes from 0 to 255 for a codec of pictures. @default "f32" */
  readonly pixels?: "u8" | "f32";
  /** Whether rows come with a mask of their shape, u8, 1 where they are known. @default false */
  readonly masked?: boolean;
}

export interface ConditionedOptions {
  readonly n: number;
  /** Leave the condition out, which takes a model with a null. @default false */
  readonly unconditional?: boolean;
  /** Feed `negativeLabel`, `negativeWords` and `negativeContext` as well: what samples are guided away from. @default false */
  readonly negative?: boolean;
}

const NAMES: readonly GivenName[] = ["label", "words", "context"];

const negativeOf = (name: string): string => `negative${name[0]!.toUpperCase()}${name.slice(1)}`;

/** The fields of what rows are conditioned on, if the model has a condition. */
export function conditionFields(
  { condition }: Diffusion,
  { n, unconditional = false, negative = false }: ConditionedOptions,
): Record<string, BatchField> {
  if (condition === undefined || unconditional) return {};
  const own = condition.fieldsOf(n);
  const avoided = Object.entries(own).map(([name, field]) => [negativeOf(name), field] as const);
  return { ...own, ...(negative ? Object.fromEntries(avoided) : {}) };
}

/** The fields that feed a program of this model. */
export function fields(
  model: Diffusion,
  { n, pixels = "f32", masked = false }: RowsOptions,
): { x: BatchField } & Record<string, BatchField> {
  const mask: Record<string, BatchField> = masked ? { mask: { shape: [n, ...model.shape], dtype: "u8" } } : {};
  return { x: { shape: [n, ...model.shape], dtype: pixels }, ...mask, ...conditionFields(model, { n }) };
}

/** What a batch is conditioned on, and what it shall be unlike. */
export function givenOf(feeds: Feeds): { given: Given; negative?: Given } {
  const taken = (spelling: (name: string) => string): Given =>
    Object.fromEntries(
      NAMES.flatMap((name) => (spelling(name) in feeds ? [[name, feeds[spelling(name)]!] as const] : [])),
    );
  const negative = taken(negativeOf);
  return { given: taken((name) => name), ...(Object.keys(negative).length > 0 && { negative }) };
}
