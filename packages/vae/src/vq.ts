/**
 * @file Vector quantization: each vector becomes the nearest of K code vectors, and gradients pass through unchanged.
 * van den Oord, Vinyals & Kavukcuoglu 2017, "Neural Discrete Representation Learning". arXiv:1711.00937
 */
import {
  constantInit,
  GenError,
  iota,
  oneHot,
  param,
  randomUniform,
  showShape,
  state,
  uniformInit,
  type NdArray,
  type Scope,
  type Tensor,
} from "@gen/core";

/** What quantizing a grid of vectors gives. L is the number of levels, 1 for a plain quantizer. */
export interface Quantized {
  /** [N, D, …]: the code vectors; its gradient is handed to the vectors that were quantized. */
  readonly y: Tensor;
  /** [N, L, …] i32, in [0, K). */
  readonly codes: Tensor;
  /** [N]: what pulls vectors and codes together, a mean over D and positions, to be added to the loss. */
  readonly loss: Tensor;
  /** [L]: e^(entropy of the codes in this batch), between 1 and K. */
  readonly perplexity: Tensor;
}

/** What turns vectors into whole numbers and back. */
export interface Quantizer {
  /** D: numbers in a vector. */
  readonly features: number;
  /** K: codes in a codebook. */
  readonly codes: number;
  /** L: whole numbers for each vector. */
  readonly levels: number;
  /** @param h [N, D, …] */
  quantize(h: Tensor, scope: Scope): Quantized;
  /**
   * The vectors of codes.
   *
   * @param codes [N, l, …] i32 with 1 ≤ l ≤ L: the first levels alone give a coarser vector
   * @returns [N, D, …]
   */
  embed(codes: Tensor, scope: Scope): Tensor;
}

export interface VectorQuantizerOptions {
  /** K. @default 512 */
  readonly codes?: number;
  /** D. @default 64 */
  readonly features?: number;
  /** How codes learn: as running means of what is assigned to them, or by gradients. @default "ema" */
  readonly codebook?: "ema" | "gradient";
  /** β: how strongly vectors are pulled to their codes. @default 0.25 */
  readonly commitment?: number;
  /** γ of the running means. @default 0.99 */
  readonly decay?: number;
  /**
   * A code whose running share of the vectors is below `restart`/K moves to a vector of the batch; 0 for never.
   * @default 0.03
   */
  readonly restart?: number;
}

/** ε of Laplace smoothing: counts are as if each code had been seen a little. */
const EPSILON = 1e-5;

/**
 * The nearest code vector, with a straight-through gradient:
 *
 *     k = argmin_j ‖h − e_j‖² = argmax_j (h·e_j − ½‖e_j‖²)        y = h + sg[e_k − h]
 *
 * Its loss is β‖h − sg[e_k]‖²; a codebook that gradients learn adds ‖sg[h] − e_k‖² (eq. 3). A codebook of running means
 * is state, written in training (appendix A.1):
 *
 *     N_k ← γN_k + (1−γ)n_k    m_k ← γm_k + (1−γ)Σh    e_k = m_k / N̂_k    N̂_k = (N_k + ε)/(ΣN + Kε) · ΣN
 *
 * @see Łańcucki et al. 2020, arXiv:2005.08520, for restarts of codes that nothing is assigned to
 */
export class VectorQuantizer implements Quantizer {
  /** e: [K, D] */
  readonly codebook: Tensor;
  /** N: [K], of a codebook of running means. */
  readonly counts: Tensor | undefined;
  /** m: [K, D] */
  readonly sums: Tensor | undefined;
  readonly levels = 1;
  readonly #options: Required<Omit<VectorQuantizerOptions, "codebook">>;

  /** @throws GenError `range` or `option`, naming the option */
  constructor({
    codes = 512,
    features = 64,
    codebook = "ema",
    commitment = 0.25,
    decay,
    restart,
  }: VectorQuantizerOptions = {}) {
    checkCount("codes", codes);
    checkCount("features", features);
    if (!(commitment >= 0)) throw outside("commitment ≥ 0", commitment);
    if (decay !== undefined && !(decay >= 0 && decay < 1)) throw outside("decay in [0, 1)", decay);
    if (restart !== undefined && !(restart >= 0 && restart < 1)) throw outside("restart in [0, 1)", restart);
    this.#options = { codes, features, commitment, decay: decay ?? 0.99, restart: restart ?? 0.03 };
    const init = uniformInit(-1 / codes, 1 / codes);
    if (codebook === "ema") {
      this.codebook = state([codes, features], init);
      this.counts = state([codes], constantInit(0));
      this.sums = state([codes, features], constantInit(0));
      return;
    }
    if ((codebook as string) !== "gradient") {
      throw new GenError("option", `VectorQuantizer: expected codebook ema or gradient, got "${codebook as string}"`);
    }
    if (decay !== undefined || restart !== undefined) {
      throw new GenError(
        "option",
        "VectorQuantizer: expected no decay or restart for a codebook that gradients learn",
        {
          fix: 'leave them out, or take codebook: "ema"',
        },
      );
    }
    this.codebook = param([codes, features], init);
  }

  get features(): number {
    return this.#options.features;
  }
  get codes(): number {
    return this.#options.codes;
  }

  /** @throws GenError `shape` unless h is [N, D, …] */
  quantize(h: Tensor, scope: Scope): Quantized {
    if (h.rank < 2 || h.shape[1] !== this.features) {
      throw new GenError("shape", `VectorQuantizer: expected [N, ${this.features}, …], got ${showShape(h.shape)}`);
    }
    const rows = vectors(h); //                               [M, D], M = N · positions
    const table = scope.read(this.codebook);
    const index = nearest(rows.stopGradient(), table.stopGradient()); // [M]
    const e = onGrid(table.gather(index), h.shape); //        [N, D, …]
    const assigned = oneHot(index, this.codes); //            [M, K]
    if (scope.mode === "train") this.#follow(rows.stopGradient(), assigned, scope);
    const commitment = distance(h, e.stopGradient()).mul(this.#options.commitment);
    return {
      y: e.stopGradient().add(h.sub(h.stopGradient())), //    exactly e
      codes: index.reshape([h.shape[0]!, 1, ...h.shape.slice(2)]),
      loss: this.counts === undefined ? distance(h.stopGradient(), e).add(commitment) : commitment,
      perplexity: perplexityOf(assigned).reshape([1]),
    };
  }

  /** @throws GenError `shape` unless codes are [N, 1, …] */
  embed(codes: Tensor, scope: Scope): Tensor {
    if (codes.rank < 2 || codes.shape[1] !== 1) {
      throw new GenError("shape", `VectorQuantizer: expected codes [N, 1, …], got ${showShape(codes.shape)}`);
    }
    const [n, , ...space] = codes.shape as [number, number, ...number[]];
    return onGrid(scope.read(this.codebook).gather(codes.reshape([-1])), [n, this.features, ...space]);
  }

  /** Running means of what was assigned, and new places for codes that nothing is assigned to. */
  #follow(rows: Tensor, assigned: Tensor, scope: Scope): void {
    if (this.counts === undefined || this.sums === undefined) return;
    const { codes, decay, restart } = this.#options;
    const follow = (state: Tensor, now: Tensor): Tensor =>
      scope
        .read(state)
        .mul(decay)
        .add(now.mul(1 - decay));
    let counts = follow(this.counts, assigned.sum(0)); //                 [K]
    let sums = follow(this.sums, assigned.transpose().matmul(rows)); //   [K, D]
    if (restart > 0) {
      const mean = counts.mean();
      const isDead = counts.less(mean.mul(restart));
      const fresh = rows.gather(spreadIndices(scope.nextKey(), codes, rows.shape[0]!)); // [K, D]
      counts = isDead.where(mean.expand([codes]), counts);
      sums = isDead.unsqueeze(1).where(fresh.mul(mean), sums);
    }
    const total = counts.sum();
    const smooth = counts.add(EPSILON).mul(total.div(total.add(codes * EPSILON)));
    scope.write(this.counts, counts);
    scope.write(this.sums, sums);
    scope.write(this.codebook, sums.div(smooth.unsqueeze(1)));
  }
}

/**
 * e^(entropy) of whole numbers: how many of K codes are in use, as if all those were equally frequent.
 *
 * @throws GenError `range` for a code outside [0, K), `data` for none
 */
export function codePerplexity({ data }: NdArray, codes: number): number {
  if (data.length === 0) throw new GenError("data", "codePerplexity: expected codes, got none");
  const counts = new Float64Array(codes);
  for (const value of data as Iterable<number | bigint>) {
    const code = Number(value);
    if (!(code >= 0 && code < codes)) {
      throw new GenError("range", `codePerplexity: expected codes in [0, ${codes}), got ${code}`);
    }
    counts[code]! += 1 / data.length;
  }
  return Math.exp(-counts.reduce((sum, p) => (p === 0 ? sum : sum + p * Math.log(p)), 0));
}

/** Index of the nearest row of a table for each row. [M, D], [K, D] → [M] i32 */
function nearest(rows: Tensor, table: Tensor): Tensor {
  const half = table.square().sum(1).mul(0.5); // ‖h‖² is the same for all codes
  return rows.matmul(table.transpose()).sub(half).argMax(1);
}

/** `count` indices below `rows`, one from each of `count` equal stretches: no two alike where there are enough rows. */
function spreadIndices(key: Tensor, count: number, rows: number): Tensor {
  const place = iota(count).add(randomUniform(key, [count]));
  return place
    .mul(rows / count)
    .cast("i32")
    .minimum(rows - 1);
}

/** Mean of squared differences of each row. [N, …] → [N] */
function distance(a: Tensor, b: Tensor): Tensor {
  return a.sub(b).square().flatten().mean(1);
}

function perplexityOf(assigned: Tensor): Tensor {
  const p = assigned.sum(0).div(assigned.shape[0]!);
  return p.mul(p.maximum(1e-30).log()).sum().neg().exp();
}

/** [N, D, …] → [N · positions, D] */
function vectors(h: Tensor): Tensor {
  const [n, d] = h.shape as [number, number];
  return h.reshape([n, d, -1]).transpose().reshape([-1, d]);
}

/** [N · positions, D] → [N, D, …] */
function onGrid(rows: Tensor, shape: readonly number[]): Tensor {
  return rows.reshape([shape[0]!, -1, shape[1]!]).transpose().reshape(shape);
}

function checkCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw outside(`${name} ≥ 1`, value);
}

function outside(expected: string, value: number): GenError {
  return new GenError("range", `VectorQuantizer: expected ${expected}, got ${value}`);
}
