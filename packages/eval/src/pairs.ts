/** @file Squared distances of all pairs of rows, a block at a time: n² numbers are never in memory together. */
import { slice, type Points } from "./points.js";
import { BLOCK, inLoops, type Multiply } from "./products.js";

/** Squared distances of some rows of a to all rows of b. */
export interface Distances {
  /** Row of a that the first line is for. */
  readonly start: number;
  readonly rows: number;
  /** [rows, n] */
  readonly squared: Float64Array;
}

/** ‖aᵢ − bⱼ‖² = ‖aᵢ‖² + ‖bⱼ‖² − 2 aᵢ·bⱼ, kept at or above 0, for blocks of rows of a. */
export async function* distances(a: Points, b: Points, multiply: Multiply = inLoops): AsyncGenerator<Distances> {
  const products = await multiply(b);
  const [ofA, ofB] = [squares(a), squares(b)];
  for (let start = 0; start < a.n; start += BLOCK) {
    const rows = Math.min(BLOCK, a.n - start);
    const squared = await products.of(slice(a, start, start + rows));
    for (let i = 0, at = 0; i < rows; i++) {
      const own = ofA[start + i]!;
      for (let j = 0; j < b.n; j++, at++) {
        const value = own + ofB[j]! - 2 * squared[at]!;
        squared[at] = value > 0 ? value : 0;
      }
    }
    yield { start, rows, squared };
  }
}

/** ‖x‖² of each row. */
export function squares({ n, dim, data }: Points): Float64Array {
  const sums = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < dim; j++, at++) sums[i]! += data[at]! ** 2;
  return sums;
}

/** The k nearest of one line of squared distances, the nearest first. */
export class Nearest {
  readonly squared: Float64Array;
  readonly indices: Int32Array;

  constructor(k: number) {
    this.squared = new Float64Array(k);
    this.indices = new Int32Array(k);
  }

  /** @param skip a row that does not count: the row itself, where a set is compared with itself */
  find(line: Float64Array, skip = -1): this {
    const { squared, indices } = this;
    const last = squared.length - 1;
    squared.fill(Infinity);
    for (let j = 0; j < line.length; j++) {
      const value = line[j]!;
      if (!(value < squared[last]!) || j === skip) continue;
      let at = last;
      for (; at > 0 && squared[at - 1]! > value; at--) {
        squared[at] = squared[at - 1]!;
        indices[at] = indices[at - 1]!;
      }
      squared[at] = value;
      indices[at] = j;
    }
    return this;
  }
}

/** Squared distances of each row of a to its nearest rows of b, and which: [n, k], the nearest first. */
export interface Neighbours {
  readonly k: number;
  readonly squared: Float64Array;
  readonly indices: Int32Array;
}

/** The k nearest rows of b for each row of a; b unless given is a, and then a row is no neighbour of itself. */
export async function neighbours(
  a: Points,
  { k, of = a, multiply }: { readonly k: number; readonly of?: Points; readonly multiply?: Multiply | undefined },
): Promise<Neighbours> {
  const [squared, indices] = [new Float64Array(a.n * k), new Int32Array(a.n * k)];
  const nearest = new Nearest(k);
  for await (const { start, rows, squared: block } of distances(a, of, multiply)) {
    for (let i = 0; i < rows; i++) {
      const row = start + i;
      nearest.find(block.subarray(i * of.n, (i + 1) * of.n), of === a ? row : -1);
      squared.set(nearest.squared, row * k);
      indices.set(nearest.indices, row * k);
    }
  }
  return { k, squared, indices };
}
