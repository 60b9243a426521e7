/** @file NADE (Larochelle & Murray 2011, "The Neural Autoregressive Distribution Estimator"; Uria et al. 2016, arXiv:1605.02226). */
import {
  constantInit,
  GenError,
  iota,
  normalInit,
  param,
  randomUniform,
  scan,
  showShape,
  type Scope,
  type Tensor,
} from "@gen/core";
import { bernoulli } from "@gen/core/prob";
import { outsideOrApart, type VectorDraw, type VectorModel } from "./vector-model.js";

export interface NadeOptions {
  /** D: numbers in a row, each 0 or 1. */
  readonly dim: number;
  /** H: hidden units. @default 500 */
  readonly hidden?: number;
}

/**
 * Rows of zeros and ones (what is above ½ counts as 1), each given those before it by one hidden layer whose input grows by one term a number:
 *
 *     p(x_d = 1 | x_<d) = σ(b_d + V_d · h_d)      h_d = σ(c + Σ_{k<d} x_k W_k)
 */
export class Nade implements VectorModel {
  /** W: [D, H] */
  readonly inputWeight: Tensor;
  /** V: [D, H] */
  readonly outputWeight: Tensor;
  /** b: [D] */
  readonly bias: Tensor;
  /** c: [H] */
  readonly hiddenBias: Tensor;
  readonly about = "rows of zeros and ones";

  /** @throws GenError `range` for less than one number or unit */
  constructor({ dim, hidden = 500 }: NadeOptions) {
    for (const [name, value] of Object.entries({ dim, hidden }))
      if (!Number.isInteger(value) || value < 1)
        throw new GenError("range", `Nade: expected ${name} ≥ 1, got ${value}`);
    const law = normalInit({ std: 1 / Math.sqrt(hidden) });
    [this.inputWeight, this.outputWeight] = [param([dim, hidden], law), param([dim, hidden], law)];
    [this.bias, this.hiddenBias] = [param([dim], constantInit(0)), param([hidden], constantInit(0))];
  }

  get dims(): number {
    return this.inputWeight.shape[0]!;
  }

  logProb(x: Tensor, scope: Scope): Tensor;
  logProb(x: Tensor): Tensor {
    return bernoulli({ logits: this.#logits(x), eventDims: 1 }).logProb(bits(x));
  }

  outside(x: Tensor, { scope, given }: VectorDraw): Tensor {
    const law = bernoulli({ logits: this.#logits(x).transpose() }); // [D, n], as the numbers of `sample`
    return outsideOrApart(law.outside(bits(x).transpose(), scope.nextKey()).transpose(), x, given);
  }

  /** Log-odds of each number, given those before it: [N, D]. */
  #logits(x: Tensor): Tensor {
    if (x.rank !== 2 || x.shape[1] !== this.dims)
      throw new GenError("shape", `Nade: expected rows [N, ${this.dims}], got ${showShape(x.shape)}`);
    const sums = bits(x).unsqueeze(2).mul(this.inputWeight).cumSum(1, { exclusive: true }); // [N, D, H]
    const h = sums.add(this.hiddenBias).sigmoid();
    return h.mul(this.outputWeight).sum(2).add(this.bias);
  }

  loss(x: Tensor, scope: Scope): Tensor {
    return this.logProb(x, scope).mean().neg();
  }

  sample(n: number, { scope, given }: VectorDraw): Tensor {
    const u = randomUniform(scope.nextKey(), [this.dims, n]);
    const start = this.hiddenBias.expand([n, this.hiddenBias.shape[0]!]);
    const beginning = given === undefined ? [] : [given.x.transpose(), iota(this.dims, "i32")]; // [D, n], [D]
    const xs = [this.inputWeight, this.outputWeight, this.bias, u, ...beginning];
    const { ys } = scan({ carry: [start], xs }, ([sum], [w, v, b, drawn, value, d]) => {
      const p = sum!.sigmoid().mul(v!).sum(1).add(b!).sigmoid(); // [n]
      const own = drawn!.less(p).cast("f32");
      const x = given === undefined ? own : given.known.greater(d!).where(value!, own);
      return { carry: [sum!.add(x.unsqueeze(1).mul(w!))], ys: [x] };
    });
    return ys[0]!.transpose(); // [n, D]
  }
}

const bits = (x: Tensor): Tensor => x.greater(0.5).cast("f32");
