/** @file MADE (Germain, Gregor, Murray & Larochelle 2015, arXiv:1502.03509): one masked network gives all factors at once. */
import {
  constant,
  GenError,
  iota,
  key,
  logSumExp,
  ndarray,
  param,
  permutation,
  randomInteger,
  scan,
  showShape,
  sizeOf,
  split,
  splitKey,
  stack,
  type NdArray,
  type Scope,
  type Tensor,
} from "@gen/core";
import type { Codec } from "@gen/core/codec";
import { madeMasks, torchUniform } from "@gen/core/nn";
import { bernoulli, mixture, normal, type InvertedLaw } from "@gen/core/prob";
import { outsideOrApart, type VectorDraw, type VectorModel } from "./vector-model.js";

export interface MadeOptions {
  /** D: numbers in a row. */
  readonly dim: number;
  /** Widths of the hidden layers, one at least. @default [500] */
  readonly hidden?: readonly number[];
  /**
   * Orders of the chain rule: the first is that of the row, others are random. In training each step takes one; log p(x) is
   * that of their mixture, log (1/K) Σ_k p_k(x). @default 1
   */
  readonly orders?: number;
  /** Real numbers, each by a mixture of so many normal laws; 0: zeros and ones, what is above ½ counting as 1. @default 0 */
  readonly components?: number;
  /** Between the user's units and the model's, for real numbers. @default none */
  readonly codec?: Codec;
}

/** Rows whose numbers are given by those before them, in any of several orders over the same weights. */
export class Made implements VectorModel {
  readonly weights: readonly Tensor[];
  readonly biases: readonly Tensor[];
  readonly codec: Codec | undefined;
  readonly dims: number;
  readonly #orders: readonly (readonly number[])[];
  /** For each layer [orders, in, out]. */
  readonly #masks: readonly Tensor[];
  readonly #components: number;

  /** @throws GenError `range` for less than one number, unit or order; `option` for a codec of zeros and ones, `shape` for one that changes their count */
  constructor({ dim, hidden = [500], orders = 1, components = 0, codec }: MadeOptions) {
    const counts = {
      dim: [dim],
      hidden,
      layers: [hidden.length],
      orders: [orders],
      "components + 1": [components + 1],
    };
    for (const [name, values] of Object.entries(counts))
      for (const value of values)
        if (!Number.isInteger(value) || value < 1)
          throw new GenError("range", `Made: expected ${name} ≥ 1, got ${value}`);
    if (codec !== undefined && components === 0)
      throw new GenError("option", "Made: expected no codec for zeros and ones, got one", { fix: "set components" });
    if (codec !== undefined && (sizeOf(codec.input) !== dim || sizeOf(codec.output) !== dim))
      throw new GenError(
        "shape",
        `Made: expected a codec of ${dim} numbers to ${dim}, got ${showShape(codec.input)} to ${showShape(codec.output)}`,
      );
    this.#orders = Array.from({ length: orders }, (_, k) =>
      k === 0 ? Array.from({ length: dim }, (_, d) => d) : Array.from(permutation(split(key(0), k), dim)),
    );
    [this.dims, this.#components, this.codec] = [dim, components, codec];
    const masks = this.#orders.map((order) => madeMasks({ inputs: dim, hidden, perInput: this.#perNumber, order }));
    this.#masks = masks[0]!.map((_, l) => constant(stacked(masks.map((of) => of[l]!))));
    const sizes = this.#masks.map(({ shape }) => shape.slice(1) as [number, number]);
    this.weights = sizes.map(([fanIn, fanOut]) => param([fanIn, fanOut], torchUniform({ fanIn, fanOut })));
    this.biases = sizes.map(([fanIn, fanOut]) => param([fanOut], torchUniform({ fanIn, fanOut })));
  }

  get about(): string {
    return this.#components === 0 ? "rows of zeros and ones" : (this.codec?.describe().x ?? "rows of real numbers");
  }

  logProb(x: Tensor, scope: Scope): Tensor {
    const { y, logDet } = this.#encoded(x, scope);
    const each = stack(this.#orders.map((_, k) => this.#given(y, this.#weightsOf(k)).logProb(y).sum(1))); // [K, N]
    const logProb = logSumExp(each, 0).sub(Math.log(this.#orders.length));
    return logDet === undefined ? logProb : logProb.add(logDet);
  }

  loss(x: Tensor, scope: Scope): Tensor {
    if (this.#orders.length === 1) return this.logProb(x, scope).mean().neg();
    const { y, logDet } = this.#encoded(x, scope);
    const k = randomInteger(scope.nextKey(), [], this.#orders.length);
    const weights = this.weights.map((weight, l) => weight.mul(this.#masks[l]!.gather(k)));
    const nats = this.#given(y, weights).logProb(y).sum(1).neg();
    return (logDet === undefined ? nats : nats.sub(logDet)).mean();
  }

  /** Each row in an order of its own: what the mixture over orders is. What goes on from given numbers follows the first order. */
  sample(n: number, { scope, given }: VectorDraw): Tensor {
    const [draws, choice] = [scope.nextKey(), scope.nextKey()];
    if (given !== undefined) {
      const { y: start } = this.#encoded(given.x, scope);
      const y = this.#sampleIn(splitKey(draws, 0), { n, k: 0, given: { x: start, known: given.known } });
      return this.#decoded(y, given);
    }
    const rows = stack(this.#orders.map((_, k) => this.#sampleIn(splitKey(draws, k), { n, k }))); // [K, n, D]
    return this.#decoded(this.#chosen(rows, choice));
  }

  outside(x: Tensor, { scope, given }: VectorDraw): Tensor {
    const [draws, choice] = [scope.nextKey(), scope.nextKey()];
    const { y } = this.#encoded(x, scope);
    const inOrder = (k: number): Tensor => this.#outsideIn(y, { from: splitKey(draws, k), k });
    if (given !== undefined) return outsideOrApart(inOrder(0), x, given);
    return this.#chosen(stack(this.#orders.map((_, k) => inOrder(k))), choice);
  }

  /** Of rows in every order, [K, n, D], those in an order that each row is given by lot. */
  #chosen(rows: Tensor, choice: Tensor): Tensor {
    const chosen = randomInteger(choice, [rows.shape[1]!], this.#orders.length).unsqueeze(1); // [n, 1]
    return iota(this.#orders.length, "i32").reshape([-1, 1, 1]).equal(chosen).where(rows, 0).sum(0);
  }

  #outsideIn(y: Tensor, { from, k }: { readonly from: Tensor; readonly k: number }): Tensor {
    const params = this.#params(y, this.#weightsOf(k)).transpose([1, 0, 2]); //                       [D, n, P]
    const xs = [iota(this.dims, "i32"), y.transpose(), params];
    const { ys } = scan({ carry: [], xs }, (_, [d, own, of]) => ({
      carry: [],
      ys: [this.#lawOf(of!).outside(own!, splitKey(from, d!))],
    }));
    return ys[0]!.transpose();
  }

  /** What is given comes back as it was, not as a codec rounds it. */
  #decoded(y: Tensor, given?: VectorDraw["given"]): Tensor {
    const x = this.codec?.decode(y) ?? y;
    return given === undefined ? x : this.#isKnown(given.known).where(given.x, x);
  }

  #isKnown(known: Tensor): Tensor {
    return iota(this.dims, "i32").less(known.unsqueeze(1)); // [n, D]
  }

  #sampleIn(
    from: Tensor,
    { n, k, given }: { readonly n: number; readonly k: number; readonly given?: VectorDraw["given"] },
  ): Tensor {
    // A number adds its row of the first weights to the sums that all later ones see, and has columns of its own in the last.
    const [D, P] = [this.dims, this.#perNumber];
    const [first, ...inner] = this.#weightsOf(k) as [Tensor, ...Tensor[]];
    const last = inner.pop()!;
    const order = this.#orders[k]!;
    const turns = constant(
      ndarray(
        Array.from(order, (_, turn) => order.indexOf(turn)),
        [D],
        "i32",
      ),
    ); // which comes when
    const columns = last.reshape([-1, D, P]).transpose([1, 0, 2]); //                                    [D, H, P]
    const shifts = this.biases.at(-1)!.reshape([D, P]);
    const isGiven =
      given === undefined ? [] : [given.x.transpose(), this.#isKnown(given.known).cast("i32").transpose()];
    const inTurn = [first, columns, shifts, ...isGiven].map((t) => t.gather(turns, 0));
    const start = this.biases[0]!.expand([n, first.shape[1]!]);
    const { ys } = scan({ carry: [start], xs: [turns, ...inTurn] }, ([sums], [d, row, own, shift, x, isKnown]) => {
      const h = inner.reduce(
        (v, weight, l) =>
          v
            .matmul(weight)
            .add(this.biases[l + 1]!)
            .relu(),
        sums!.relu(),
      );
      const drawn = this.#lawOf(h.matmul(own!).add(shift!)).sample(splitKey(from, d!)); //               [n]
      const y = isKnown === undefined ? drawn : isKnown.greater(0).where(x!, drawn);
      return { carry: [sums!.add(y.unsqueeze(1).mul(row!))], ys: [y] };
    });
    const back = constant(ndarray(order, [D], "i32"));
    return ys[0]!.gather(back, 0).transpose(); // [n, D]
  }

  /** Every number's law given those before it: events of one number. */
  #given(y: Tensor, weights: readonly Tensor[]): InvertedLaw {
    return this.#lawOf(this.#params(y, weights));
  }

  /** [N, D, P] */
  #params(y: Tensor, weights: readonly Tensor[]): Tensor {
    const out = weights.reduce((h, weight, l) => (l === 0 ? h : h.relu()).matmul(weight).add(this.biases[l]!), y);
    return out.reshape([y.shape[0]!, this.dims, this.#perNumber]);
  }

  get #perNumber(): number {
    return this.#components === 0 ? 1 : 3 * this.#components;
  }

  /** The law of numbers [… ] with parameters [… P]. */
  #lawOf(params: Tensor): InvertedLaw {
    const K = this.#components;
    if (K === 0) return bernoulli({ logits: params.squeeze(-1) });
    const [logits, mean, logStd] = params.split([K, K, K]) as [Tensor, Tensor, Tensor];
    return mixture({ logits, components: normal({ mean, std: logStd.exp() }) });
  }

  #weightsOf(k: number): Tensor[] {
    return this.weights.map((weight, l) => weight.mul(this.#masks[l]!.slice(0, k, k + 1).squeeze(0)));
  }

  #encoded(x: Tensor, scope: Scope): { y: Tensor; logDet: Tensor | undefined } {
    if (x.rank !== 2 || x.shape[1] !== this.dims)
      throw new GenError("shape", `Made: expected rows [N, ${this.dims}], got ${showShape(x.shape)}`);
    if (this.codec === undefined)
      return { y: this.#components === 0 ? x.greater(0.5).cast("f32") : x, logDet: undefined };
    return this.codec.encode(x, scope);
  }
}

/** Arrays of one shape along a new first axis. */
function stacked(masks: readonly NdArray[]): NdArray {
  return ndarray(
    masks.flatMap(({ data }) => Array.from(data as Float32Array)),
    [masks.length, ...masks[0]!.shape],
  );
}
