/**
 * @file ActNorm: a scale and shift of each channel, set once from data so that what comes out has mean 0 and deviation 1.
 * Kingma & Dhariwal 2018, "Glow", §3.1. arXiv:1807.03039
 */
import { constantInit, GenError, param, sizeOf, type Scope, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { checkRows, perRow, type At, type Bijection, type Unmapped } from "./transform.js";

/** Below this a deviation counts as none, and is left as it is. */
const LEAST_STD = 1e-6;

const initialising = new WeakSet<Scope>();

/** A scope under which every ActNorm sets its parameters from what passes: see {@link initialise}. */
export function initialisingScope<S extends Scope>(scope: S): S {
  initialising.add(scope);
  return scope;
}

/**
 * Scales and shifts each feature of [D], or each channel of [C, H, W]:
 *
 *     y = (x + b) · eˢ        log |det| = H·W · Σ s
 */
export class ActNorm implements Bijection {
  /** s: [C] */
  readonly logScale: Tensor;
  /** b: [C] */
  readonly shift: Tensor;
  readonly shape: Shape;
  readonly contextDim = 0;

  constructor({ shape }: { readonly shape: Shape }) {
    if (shape.length === 0) throw new GenError("shape", "ActNorm: expected rows with a first axis, got numbers");
    this.shape = shape;
    this.logScale = param([shape[0]!], constantInit(0));
    this.shift = param([shape[0]!], constantInit(0));
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor, { scope }: At): Mapped {
    checkRows(x, { shape: this.shape, where: "ActNorm" });
    if (initialising.has(scope)) this.#measure(x, scope);
    const [s, b] = [scope.read(this.logScale), scope.read(this.shift)];
    return { y: x.add(this.#spread(b)).mul(this.#spread(s.exp())), logDet: perRow(this.#total(s), x) };
  }

  inverse(y: Tensor, { scope }: At): Unmapped {
    const [s, b] = [scope.read(this.logScale), scope.read(this.shift)];
    const x = y.mul(this.#spread(s.neg().exp())).sub(this.#spread(b));
    return { x, logDet: perRow(this.#total(s).neg(), y) };
  }

  #measure(x: Tensor, scope: Scope): void {
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const std = x.variance(axes).sqrt();
    const isFlat = std.less(LEAST_STD);
    scope.write(this.shift, x.mean(axes).neg());
    scope.write(this.logScale, isFlat.where(std.mul(0), std.maximum(LEAST_STD).log().neg()));
  }
  #spread(perChannel: Tensor): Tensor {
    return perChannel.reshape([this.shape[0]!, ...this.shape.slice(1).map(() => 1)]);
  }
  #total(s: Tensor): Tensor {
    return s.sum().mul(sizeOf(this.shape.slice(1)));
  }
}
