/** @file Operators with casts around them, where their type has no kernel. */
import type { DType } from "../dtype.js";
import type { Attributes, Scope } from "./scope.js";
import { carrierOf } from "./target.js";

export interface Spelling {
  readonly inputs: readonly string[];
  /** Element type of the inputs named by `values`. */
  readonly dtype: DType;
  /** Which inputs are of that type; the others (conditions, axes) are passed as they are. @default all */
  readonly values?: readonly number[];
  readonly attributes?: Attributes;
  /** The result has a type of its own. @default false */
  readonly keep?: boolean;
}

/** Writes `op`, with casts around it where its type has no kernel. */
export function emitTyped(
  scope: Scope,
  op: string,
  { inputs, dtype, values, attributes, keep = false }: Spelling,
): string {
  const carrier = carrierOf(scope.target, op, dtype);
  if (carrier === undefined) return scope.emit(op, inputs, attributes);
  const carried = inputs.map((name, i) =>
    values === undefined || values.includes(i) ? scope.cast(name, carrier) : name,
  );
  const result = scope.emit(op, carried, attributes);
  return keep ? result : scope.cast(result, dtype);
}

/** u64 as i64 in the same order: adding 2⁶³ turns the sign around. */
export function ordered(scope: Scope, name: string): string {
  return scope.cast(scope.emit("Add", [name, scope.scalar(1n << 63n, "u64")]), "i64");
}

/** The way back from {@link ordered}. */
export function unordered(scope: Scope, name: string): string {
  return scope.emit("Add", [scope.cast(name, "u64"), scope.scalar(1n << 63n, "u64")]);
}
