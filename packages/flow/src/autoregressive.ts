/**
 * @file Autoregressive transforms: each feature is moved by parameters that depend on those before it.
 * Papamakarios, Pavlakou & Murray 2017, "Masked Autoregressive Flow". arXiv:1705.07057
 */
import { scan, type Shape, type Tensor } from "@gen/core";
import { MaskedMlp, zeroWeights, type Activation } from "@gen/core/nn";
import type { Mapped } from "@gen/core/prob";
import { affine, logDetOf, seenBy, viewsOf, type ElementMap } from "./element-map.js";
import { moved } from "./permutation.js";
import { checkDim, checkRows, type At, type Bijection, type Unmapped } from "./transform.js";

export interface AutoregressiveOptions {
  /** D: features of a row. */
  readonly dim: number;
  /** The place of each feature in the order of the chain rule, or that order reversed. @default 0, 1, …, D − 1 */
  readonly order?: readonly number[] | "reversed";
  /** What moves each element. @default affine() */
  readonly map?: ElementMap;
  /** Width of each hidden layer of the masked network. @default [64, 64] */
  readonly hidden?: readonly number[];
  /** @default "relu" */
  readonly activation?: Activation;
  /** @default 0 */
  readonly contextDim?: number;
}

/**
 * One pass of a masked network (MADE) gives the parameters of all features, each from those before it:
 *
 *     y_d = g(x_d; θ_d(x_{<d}))        log |det| = Σ log |∂g/∂x_d|
 *
 * The inverse finds one feature after the other, in one scan: each turn adds what was found to the first layer, and reads the
 * last for the next feature alone. `Inverted` makes the other direction the cheap one
 * (inverse autoregressive flow, Kingma et al. 2016, arXiv:1606.04934).
 */
export class Autoregressive implements Bijection {
  readonly net: MaskedMlp;
  readonly shape: Shape;
  readonly contextDim: number;
  readonly #map: ElementMap;
  readonly #order: readonly number[];

  constructor({
    dim,
    order,
    map = affine(),
    hidden = [64, 64],
    activation = "relu",
    contextDim = 0,
  }: AutoregressiveOptions) {
    this.shape = [checkDim(dim, "Autoregressive")];
    this.contextDim = contextDim;
    this.#map = map;
    const along = Array.from({ length: dim }, (_, d) => d);
    this.#order = order === "reversed" ? along.toReversed() : (order ?? along);
    this.net = new MaskedMlp({
      inputs: dim,
      views: viewsOf(map),
      hidden,
      perInput: map.width,
      context: contextDim,
      order: this.#order,
      activation,
      lastInit: zeroWeights,
    });
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor, at: At): Mapped {
    this.#check(x, at);
    const { y, logSlope } = this.#map.forward(x, this.#params(x, at));
    return { y, logDet: logDetOf(logSlope, x) };
  }

  inverse(y: Tensor, at: At): Unmapped {
    this.#check(y, at);
    const { scope, context } = at;
    const net = this.net.oneByOne({ n: y.shape[0]!, scope, ...(this.contextDim > 0 && { context }) });
    const turns = [y.transpose(), ...net.turns].map((t) => this.#inTurn(t)); //   [D, …] each
    const { ys } = scan({ carry: [net.start], xs: turns }, ([sums], [given, ...turn]) => {
      const { y: x, logSlope } = this.#map.inverse(given!, net.params(sums!, turn));
      const seen = viewsOf(this.#map) === 1 ? x : seenBy(this.#map, x.unsqueeze(1));
      return { carry: [net.add(sums!, seen, turn)], ys: logSlope === undefined ? [x] : [x, logSlope] };
    });
    const [x, logSlope] = ys as [Tensor, Tensor?]; //                             [D, N]
    return { x: this.#asGiven(x).transpose(), logDet: logDetOf(logSlope?.transpose(), y) };
  }

  /** Slices of features in the order in which the chain rule takes them. */
  #inTurn(t: Tensor): Tensor {
    return this.#isOrdered ? t : moved(t, { order: this.#turns, back: this.#order, axis: 0 });
  }
  #asGiven(t: Tensor): Tensor {
    return this.#isOrdered ? t : moved(t, { order: this.#order, back: this.#turns, axis: 0 });
  }
  get #turns(): number[] {
    return this.#order.map((_, turn) => this.#order.indexOf(turn));
  }
  get #isOrdered(): boolean {
    return this.#order.every((place, d) => place === d);
  }

  /** [N, D, width] */
  #params(x: Tensor, { context, scope }: At): Tensor {
    return this.net.forward(seenBy(this.#map, x), scope, this.contextDim === 0 ? undefined : context);
  }
  #check(rows: Tensor, { context }: At): void {
    checkRows(rows, { shape: this.shape, context, contextDim: this.contextDim, where: "Autoregressive" });
  }
}
