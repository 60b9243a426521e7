/**
 * @file Maximum mean discrepancy by kernels, from blocks of rows: unbiased, in one pass, in memory that does not grow.
 * Gretton et al. 2012, "A Kernel Two-Sample Test", Journal of Machine Learning Research 13, lemma 6 and §4.
 */
import { GenError, key as keyOf } from "@gen/core";
import { bootstrapMean, quantile, type BootstrapOptions, type Estimate } from "./estimate.js";
import { distances, squares } from "./pairs.js";
import { blocksOf, checkWidths, tooFew, type Points } from "./points.js";
import { inLoops, type Multiply } from "./products.js";
import type { Source } from "./source.js";

/** k(x, y) from x·y, ‖x‖² and ‖y‖², for rows of `dim` numbers. */
export type Kernel = (product: number, x: number, y: number, dim: number) => number;

/** (x·y / D + 1)³: the kernel of KID. Bińkowski et al. 2018, arXiv:1801.01401, eq. 3 */
export const cubicKernel: Kernel = (product, _x, _y, dim) => {
  const base = product / dim + 1;
  return base * base * base;
};

/**
 * exp(−‖x − y‖² / 2b²)
 *
 * @throws GenError `range` for a bandwidth that is not above 0
 */
export function gaussianKernel(bandwidth: number): Kernel {
  if (!(bandwidth > 0)) throw new GenError("range", `gaussianKernel: expected a bandwidth > 0, got ${bandwidth}`);
  const scale = 1 / bandwidth ** 2;
  return (product, x, y) => Math.exp((product - (x + y) / 2) * scale);
}

export interface MmdOptions extends BootstrapOptions {
  /** @default the Gaussian one, as wide as the median distance of the first rows */
  readonly kernel?: Kernel;
  /** Rows of either set that are compared with each other; the value is the mean over such blocks. @default 500 */
  readonly blockSize?: number;
  /** @default plain loops */
  readonly multiply?: Multiply;
}

/**
 * MMD²(P, Q), without bias (it can be below 0), as the mean over blocks of B rows of either set:
 *
 *     1/(B(B−1)) Σ_{i≠j} (k(x_i, x_j) + k(y_i, y_j)) − 2/B² Σ_{i,j} k(x_i, y_j)
 *
 * 0 where both sets are draws of one distribution, whatever their number. The interval resamples blocks. Rows that fill no
 * block, and those of the longer set, are left out.
 *
 * @param a rows [N, …] of the first set; both are read once, in their order, which must not matter
 * @throws GenError `data` for fewer than two blocks, `shape` for rows of different widths, `numeric` for NaN
 */
export async function mmd(
  a: Source,
  b: Source,
  { kernel, blockSize = 500, multiply = inLoops, ...options }: MmdOptions = {},
): Promise<Estimate> {
  if (!(Number.isInteger(blockSize) && blockSize >= 2))
    throw new GenError("range", `mmd: expected a block size ≥ 2, got ${blockSize}`);
  const need = { size: blockSize, least: 2 * blockSize };
  const [first, second] = [
    blocksOf(a, { ...need, where: "mmd: first set" }),
    blocksOf(b, { ...need, where: "mmd: second set" }),
  ];
  const values: number[] = [];
  let used = kernel;
  for (;;) {
    const [one, other] = [await first.next(), await second.next()];
    if (one.done === true || other.done === true) break;
    const [x, y] = [one.value, other.value];
    checkWidths("mmd", x, y);
    used ??= gaussianKernel(await medianDistance(x, y, multiply));
    const within = (await kernelSum(x, x, used, multiply)) + (await kernelSum(y, y, used, multiply));
    const across = await kernelSum(x, y, used, multiply);
    values.push(within / (blockSize * (blockSize - 1)) - (2 * across) / blockSize ** 2);
  }
  await Promise.all([first.return(undefined), second.return(undefined)]);
  if (values.length < 2) throw tooFew("mmd", 2 * blockSize, values.length * blockSize);
  return bootstrapMean(values, { key: keyOf(0), ...options });
}

/**
 * The kernel Inception distance, in whatever features are given: MMD² with the kernel (x·y / D + 1)³.
 *
 * @see Bińkowski, Sutherland, Arbel & Gretton 2018, arXiv:1801.01401, §4
 */
export function kid(a: Source, b: Source, options: Omit<MmdOptions, "kernel"> = {}): Promise<Estimate> {
  return mmd(a, b, { ...options, kernel: cubicKernel });
}

/** Σ k(x_i, y_j), without i = j where x is y. */
async function kernelSum(x: Points, y: Points, kernel: Kernel, multiply: Multiply): Promise<number> {
  const products = await (await multiply(y)).of(x);
  const [ofX, ofY] = [squares(x), squares(y)];
  let sum = 0;
  for (let i = 0, at = 0; i < x.n; i++) {
    for (let j = 0; j < y.n; j++, at++) {
      if (x !== y || i !== j) sum += kernel(products[at]!, ofX[i]!, ofY[j]!, x.dim);
    }
  }
  return sum;
}

/** Half of the distances between the first rows of both sets are below it; 1 where all are 0. */
async function medianDistance(x: Points, y: Points, multiply: Multiply): Promise<number> {
  for await (const { squared } of distances(x, y, multiply)) {
    const median = Math.sqrt(quantile(squared.sort(), 0.5));
    return median > 0 ? median : 1;
  }
  return 1;
}
