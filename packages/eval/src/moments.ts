/** @file Means and covariances of any number of rows in one pass, in float64, in blocks that can be drawn again. */
import { type Points, pointsOf } from "./points.js";
import type { Source } from "./source.js";

/** Mean [D] and covariance [D, D] of n rows. */
export interface Moments {
  readonly n: number;
  readonly dim: number;
  readonly mean: Float64Array;
  /** Unbiased: divided by n − 1. */
  readonly covariance: Float64Array;
}

/** Sums over a share of the rows, about a common origin near the mean, so that no digits are lost. */
interface Block {
  n: number;
  readonly sums: Float64Array; // [D]
  readonly products: Float64Array; // [D, D], of which the lower triangle is kept
}

/** Blocks of a wide row together hold about so many numbers, but there are at least {@link FEWEST}. */
const ROOM = 2 ** 23;
const FEWEST = 10;
const MOST = 100;

/**
 * Rows in blocks, row i in block i mod B: moments of any multiset of blocks follow without the rows. Memory is B·D²
 * numbers, however many rows there are; B is 100 for D ≤ 289, and 10 at the least.
 */
export class BlockMoments {
  readonly dim: number;
  readonly #origin: Float64Array;
  readonly #blocks: readonly Block[];
  #n = 0;

  private constructor({ n, dim, data }: Points) {
    this.dim = dim;
    this.#origin = new Float64Array(dim);
    for (let i = 0; i < data.length; i++) this.#origin[i % dim]! += data[i]! / n;
    const count = Math.max(FEWEST, Math.min(MOST, Math.floor(ROOM / dim ** 2)));
    this.#blocks = Array.from({ length: count }, () => ({
      n: 0,
      sums: new Float64Array(dim),
      products: new Float64Array(dim * dim),
    }));
  }

  /** @throws GenError `data`, `shape` or `numeric` for rows that have no moments */
  static async of(source: Source, where: string): Promise<BlockMoments> {
    let made: BlockMoments | undefined;
    for await (const points of pointsOf(source, { where, least: 2 * FEWEST })) {
      made ??= new BlockMoments(points);
      made.#add(points);
    }
    return made!;
  }

  /** Blocks that hold rows. */
  get blocks(): number {
    return Math.min(this.#n, this.#blocks.length);
  }

  #add({ n, dim, data }: Points): void {
    const x = new Float64Array(dim);
    for (let i = 0; i < n; i++) {
      const block = this.#blocks[this.#n++ % this.#blocks.length]!;
      block.n++;
      for (let j = 0; j < dim; j++) {
        x[j] = data[i * dim + j]! - this.#origin[j]!;
        block.sums[j]! += x[j]!;
      }
      for (let j = 0; j < dim; j++) {
        const xj = x[j]!;
        for (let k = 0, at = j * dim; k <= j; k++, at++) block.products[at]! += xj * x[k]!;
      }
    }
  }

  /** Moments where block b counts `counts[b]` times; of all rows unless given. */
  moments(counts?: Float64Array): Moments {
    const { dim } = this;
    let n = 0;
    const mean = new Float64Array(dim);
    const covariance = new Float64Array(dim * dim);
    this.#blocks.forEach((block, b) => {
      const times = counts?.[b] ?? 1;
      if (times === 0 || block.n === 0) return;
      n += times * block.n;
      for (let j = 0; j < dim; j++) {
        mean[j]! += times * block.sums[j]!;
        for (let k = j * dim; k <= j * dim + j; k++) covariance[k]! += times * block.products[k]!;
      }
    });
    for (let j = 0; j < dim; j++) {
      for (let k = 0; k <= j; k++) {
        const value = (covariance[j * dim + k]! - (mean[j]! * mean[k]!) / n) / (n - 1);
        covariance[j * dim + k] = covariance[k * dim + j] = value;
      }
    }
    for (let j = 0; j < dim; j++) mean[j] = mean[j]! / n + this.#origin[j]!;
    return { n, dim, mean, covariance };
  }
}

/** Mean and covariance of any number of rows, in one pass. @throws GenError as {@link pointsOf} */
export async function momentsOf(source: Source, where = "momentsOf"): Promise<Moments> {
  return (await BlockMoments.of(source, where)).moments();
}
