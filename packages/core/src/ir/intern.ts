/** @file Interning keys: exact, so that two nodes share a key only if they mean the same. */
import { bytesOf } from "../dtype.js";
import type { NdArray } from "../ndarray.js";
import type { Node } from "./node.js";
import type { Attrs, Op } from "./ops.js";

/** The key of a node: op, attributes and the identities of its inputs. */
export function internKey<O extends Op>(op: O, inputs: readonly Node[], attrs: Attrs[O]): string {
  let key: string = op;
  for (const input of inputs) key += ` ${input.id}`;
  return `${key} ${attrKey(attrs)}`;
}

/** Do attributes with equal keys really hold the same numbers? Only array hashes can deceive. */
export function sameConstant(a: object, b: object): boolean {
  if (!("value" in a && "value" in b && isArray(a.value) && isArray(b.value))) return true;
  const [x, y] = [bytesOf(a.value.data), bytesOf(b.value.data)];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}

function attrKey(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(attrKey).join()}]`;
  if (isArray(value)) return `${value.dtype}[${value.shape.join()}]${contentHash(bytesOf(value.data))}`;
  if ("id" in value) return `#${String(value.id)}`; // a graph: its own identity
  return `{${Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .map(([name, v]) => `${name}:${attrKey(v)}`)
    .join()}}`;
}

function isArray(value: unknown): value is NdArray {
  return typeof value === "object" && value !== null && "dtype" in value && "data" in value;
}

/** Two lanes of FNV-1a over the bytes: only a first filter, so that equal keys are still compared. */
function contentHash(bytes: Uint8Array): string {
  let a = 0x811c9dc5;
  let b = 0x01000193 ^ bytes.length;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte ^ (a >>> 15), 0x5bd1e995);
  }
  return `${(a >>> 0).toString(16)}.${(b >>> 0).toString(16)}`;
}
