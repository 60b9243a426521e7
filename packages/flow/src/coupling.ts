/**
 * @file Coupling: one half of x passes untouched and decides how each element of the other half is moved, so the inverse
 * is as cheap as the map and the Jacobian triangular.
 * Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", §3.2 and 3.4. arXiv:1605.08803
 */
import { GenError, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { denseConditioner, type Conditioner, type MakeConditioner } from "./conditioner.js";
import { affine, joined, logDetOf, seenBy, viewsOf, type ElementMap, type Moved } from "./element-map.js";
import { checkRows, type At, type Bijection, type Unmapped } from "./transform.js";

export interface CouplingOptions {
  /** Shape of a row: [D] or [C, H, W]. Its first axis is split. */
  readonly shape: Shape;
  /** Which part of the first axis passes untouched. */
  readonly keep: "first" | "last";
  /** Elements of the first axis that are kept. @default half of them: "first" and "last" move all between them */
  readonly kept?: number;
  /** What moves each element. @default affine() */
  readonly map?: ElementMap;
  /** @default denseConditioner() */
  readonly conditioner?: MakeConditioner;
  /** @default 0 */
  readonly contextDim?: number;
}

/**
 * Splits the first axis of a row, (a, b), and moves b by parameters that depend on a:
 *
 *     y = (a, g(b; θ(a)))        log |det| = Σ log |∂g/∂b|
 */
export class Coupling implements Bijection {
  readonly conditioner: Conditioner;
  readonly contextDim: number;
  readonly shape: Shape;
  readonly #map: ElementMap;
  readonly #keepsFirst: boolean;
  readonly #kept: number;

  /** @throws GenError `range` if nothing is left to keep or to move: one dimension, or `kept` out of range */
  constructor({
    shape,
    keep,
    kept = halfOf(shape[0] ?? 0, keep),
    map = affine(),
    conditioner = denseConditioner(),
    contextDim = 0,
  }: CouplingOptions) {
    const [extent = 0, ...rest] = shape;
    if (!Number.isInteger(extent) || extent < 2) {
      throw new GenError("range", `Coupling: expected at least 2 features to split, got ${extent}`, {
        fix: "use an autoregressive transform, which takes 1 feature",
      });
    }
    if (!Number.isInteger(kept) || kept < 1 || kept >= extent)
      throw new GenError("range", `Coupling: expected kept in [1, ${extent - 1}], got ${kept}`);
    this.shape = shape;
    this.contextDim = contextDim;
    this.#map = map;
    this.#kept = kept;
    this.#keepsFirst = keep === "first";
    this.conditioner = conditioner({
      kept: [viewsOf(map) * kept, ...rest],
      moved: [extent - kept, ...rest],
      width: map.width,
      contextDim,
    });
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor, at: At): Mapped {
    const { y, logDet } = this.#move(x, at, (b, params) => this.#map.forward(b, params));
    return { y, logDet };
  }

  inverse(y: Tensor, at: At): Unmapped {
    const { y: x, logDet } = this.#move(y, at, (b, params) => this.#map.inverse(b, params));
    return { x, logDet };
  }

  #move(x: Tensor, at: At, map: (b: Tensor, params: Tensor) => Moved): Mapped {
    const { shape, contextDim } = this;
    checkRows(x, { shape, context: at.context, contextDim, where: "Coupling" });
    const [extent, kept] = [shape[0]!, this.#kept];
    const parts = x.split(this.#keepsFirst ? [kept, extent - kept] : [extent - kept, kept], 1) as [Tensor, Tensor];
    const [a, b] = this.#keepsFirst ? parts : [parts[1], parts[0]];
    const params = this.conditioner.forward(seenBy(this.#map, a), this.contextDim === 0 ? { scope: at.scope } : at);
    const { y, logSlope } = map(b, params);
    return { y: joined([a, y], this.#keepsFirst), logDet: logDetOf(logSlope, x) };
  }
}

/** Rounded down for the first half and up for the last, so that what one keeps the other moves. */
function halfOf(extent: number, keep: "first" | "last"): number {
  return keep === "first" ? Math.floor(extent / 2) : Math.ceil(extent / 2);
}
