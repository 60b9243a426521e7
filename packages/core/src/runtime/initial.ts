/** @file Initial values: what an initialiser describes, drawn on the host. */
import { GenError } from "../error.js";
import type { Initializer } from "../ir/initializer.js";
import type { TensorType } from "../ir/node.js";
import { ndarray, type NdArray } from "../ndarray.js";
import type { Key } from "../rng/key.js";
import { normal, uniform } from "../rng/random.js";
import { sizeOf } from "../shape.js";

/** The numbers that an initialiser describes; a random one needs a key. */
export function initialValue(
  { dtype, shape, init = { kind: "constant", value: 0 } }: TensorType & { readonly init?: Initializer },
  key: Key | undefined,
): NdArray {
  const size = sizeOf(shape);
  const fill = (values: ArrayLike<number>): NdArray => ndarray(Array.from(values), shape, dtype);
  switch (init.kind) {
    case "constant":
      return fill(new Float64Array(size).fill(init.value));
    case "array":
      return init.value;
    case "normal":
      return fill(normal(keyed(key), size).map((z) => init.mean + init.std * z));
    case "uniform":
      return fill(uniform(keyed(key), size).map((u) => init.low + (init.high - init.low) * u));
  }
}

function keyed(key: Key | undefined): Key {
  if (key === undefined)
    throw new GenError("graph", "init: expected a key for a random initial value, got none", {
      fix: "call runtime.init(model, { key: key(seed) })",
    });
  return key;
}
