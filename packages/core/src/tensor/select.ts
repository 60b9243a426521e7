/**
 * @file Picking by rank along the last axis: the largest, sorting, and which of many possibilities a draw may fall on.
 * Ranks have no gradient; what is picked by them has.
 */
import { GenError } from "../error.js";
import { sameShape, showShape, sizeOf } from "../shape.js";
import { softmax } from "./math.js";
import { apply, full, iota, type Tensor } from "./tensor.js";

/**
 * The places of the `k` largest numbers of the last axis, the largest first; of equals the first comes first.
 *
 * @param x [… n], k ≤ n
 * @returns i32 [… k]
 */
export function argTopK(x: Tensor, k: number): Tensor {
  return apply("argTopK", [x], { k });
}

/** The `k` largest numbers of the last axis, the largest first, and their places (i32): [… n] → [… k] each. */
export function topK(x: Tensor, k: number): { values: Tensor; indices: Tensor } {
  const indices = argTopK(x, k);
  return { values: takeAlong(x, indices), indices };
}

/** The places of the last axis in the order of its numbers, from the smallest (or, `descending`, the largest) on: i32. */
export function argSort(x: Tensor, { descending = false } = {}): Tensor {
  const n = lastOf(x, "argSort");
  if (descending) return argTopK(x, n);
  const fromEnd = iota(n, "i32")
    .mul(-1)
    .add(n - 1);
  const turned = (t: Tensor): Tensor => t.gather(fromEnd, t.rank - 1);
  return turned(
    argTopK(turned(x), n)
      .mul(-1)
      .add(n - 1),
  ); // turned round twice, so that equals stay in order
}

/** The numbers of the last axis in order, from the smallest (or, `descending`, the largest) on. */
export function sort(x: Tensor, options: { readonly descending?: boolean } = {}): Tensor {
  return takeAlong(x, argSort(x, options));
}

/**
 * Elements of each row by places of its own:
 *
 *     y[…, i] = x[…, indices[…, i]]
 *
 * @param x [… n]
 * @param indices i32 [… k], with the same leading axes
 * @returns [… k]
 */
export function takeAlong(x: Tensor, indices: Tensor): Tensor {
  const n = lastOf(x, "takeAlong");
  checkRows(indices, x, "takeAlong");
  return x.reshape([-1]).gather(flatPlaces(indices, n), 0).reshape(indices.shape);
}

/**
 * The transpose of {@link takeAlong}: values put in their places in rows of zeros, and added up where places agree.
 *
 *     y[…, indices[…, i]] += values[…, i]
 *
 * @param values [… k]
 * @param indices i32 [… k]
 * @returns [… n]
 */
export function putAlong(values: Tensor, indices: Tensor, n: number): Tensor {
  checkRows(indices, values, "putAlong");
  const rows = values.shape.slice(0, -1);
  const flat = apply("scatterAdd", [flatPlaces(indices, n), values.reshape([-1])], { axis: 0, size: sizeOf(rows) * n });
  return flat.reshape([...rows, n]);
}

/** True at exactly the `k` largest numbers of each row; of equals, at the first. [… n] → bool [… n] */
export function isTopK(x: Tensor, k: number): Tensor {
  const indices = argTopK(x, k);
  return putAlong(full(indices.shape, 1, "i32"), indices, lastOf(x, "isTopK")).greater(0);
}

/**
 * True at the nucleus of each row: the fewest categories that have at least the share `p` of the probability.
 *
 * @param logits [… K]
 * @param p in (0, 1]
 * @returns bool [… K]
 * @see Holtzman et al. 2020, "The curious case of neural text degeneration", eq. 2. arXiv:1904.09751
 */
export function isTopP(logits: Tensor, p: number): Tensor {
  if (!(p > 0 && p <= 1)) throw new GenError("range", `isTopP: expected a share in (0, 1], got ${p}`);
  const count = lastOf(logits, "isTopP");
  const { values, indices } = topK(logits, count);
  const before = softmax(values).cumSum(-1, { exclusive: true });
  return putAlong(before.less(p).cast("i32"), indices, count).greater(0);
}

/** Places in rows as places in all rows, one after the other: [… k] → [rows · k] */
function flatPlaces(indices: Tensor, n: number): Tensor {
  const k = indices.shape.at(-1)!;
  const rows = sizeOf(indices.shape.slice(0, -1));
  return indices.reshape([rows, k]).add(iota(rows, "i32").mul(n).unsqueeze(-1)).reshape([-1]);
}

function lastOf(x: Tensor, where: string): number {
  const n = x.shape.at(-1);
  if (n === undefined) throw new GenError("shape", `${where}: expected [… n], got ${showShape(x.shape)}`);
  return n;
}

function checkRows(indices: Tensor, x: Tensor, where: string): void {
  if (
    indices.dtype !== "i32" ||
    indices.rank !== x.rank ||
    !sameShape(indices.shape.slice(0, -1), x.shape.slice(0, -1))
  ) {
    throw new GenError(
      "shape",
      `${where}: expected indices i32[${[...x.shape.slice(0, -1), "k"].join(", ")}], got ${indices.toString()}`,
    );
  }
}
