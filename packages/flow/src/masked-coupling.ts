/**
 * @file Coupling by a mask over all elements of a row: checkerboards over pictures.
 * Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", §3.4 and figure 3. arXiv:1605.08803
 */
import {
  constant,
  GenError,
  ndarray,
  sameShape,
  showShape,
  sizeOf,
  type NdArray,
  type Shape,
  type Tensor,
} from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import type { Conditioner, MakeConditioner } from "./conditioner.js";
import { affine, seenBy, viewsOf, type ElementMap, type Moved } from "./element-map.js";
import { checkRows, sumRows, type At, type Bijection, type Unmapped } from "./transform.js";

export interface MaskedCouplingOptions {
  readonly shape: Shape;
  /** [… shape], 1 where an element passes untouched and is seen by the conditioner, 0 where it is moved. */
  readonly mask: NdArray;
  /** @default affine() */
  readonly map?: ElementMap;
  readonly conditioner: MakeConditioner;
  /** @default 0 */
  readonly contextDim?: number;
}

/**
 * Moves what the mask m leaves free by parameters that depend on the rest:
 *
 *     y = m ⊙ x + (1 − m) ⊙ g(x; θ(m ⊙ x))
 */
export class MaskedCoupling implements Bijection {
  readonly conditioner: Conditioner;
  readonly shape: Shape;
  readonly contextDim: number;
  readonly #map: ElementMap;
  readonly #mask: Tensor;

  /** @throws GenError `shape` for a mask of another shape, `range` for one that keeps or moves everything */
  constructor({ shape, mask, map = affine(), conditioner, contextDim = 0 }: MaskedCouplingOptions) {
    if (!sameShape(mask.shape, shape))
      throw new GenError("shape", `MaskedCoupling: expected a mask ${showShape(shape)}, got ${showShape(mask.shape)}`);
    const kept = Array.from(mask.data, Number).filter((m) => m > 0.5).length;
    if (kept === 0 || kept === sizeOf(shape))
      throw new GenError("range", `MaskedCoupling: expected a mask that keeps some and moves some, got ${kept} kept`);
    this.shape = shape;
    this.contextDim = contextDim;
    this.#map = map;
    this.#mask = constant(mask);
    const seen = [viewsOf(map) * shape[0]!, ...shape.slice(1)];
    this.conditioner = conditioner({ kept: seen, moved: shape, width: map.width, contextDim });
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor, at: At): Mapped {
    const { y, logDet } = this.#move(x, at, (rows, params) => this.#map.forward(rows, params));
    return { y, logDet };
  }

  inverse(y: Tensor, at: At): Unmapped {
    const { y: x, logDet } = this.#move(y, at, (rows, params) => this.#map.inverse(rows, params));
    return { x, logDet };
  }

  #move(x: Tensor, at: At, map: (rows: Tensor, params: Tensor) => Moved): Mapped {
    checkRows(x, { shape: this.shape, context: at.context, contextDim: this.contextDim, where: "MaskedCoupling" });
    const kept = x.mul(this.#mask);
    const seen = seenBy(this.#map, kept);
    const { y, logSlope } = map(x, this.conditioner.forward(seen, this.contextDim === 0 ? { scope: at.scope } : at));
    const free = this.#mask.neg().add(1);
    return {
      y: kept.add(y.mul(free)),
      logDet: logSlope === undefined ? sumRows(x.mul(0)) : sumRows(logSlope.mul(free)),
    };
  }
}

/** A chessboard over the pixels, the same for each channel, which keeps those where row + column is even, or odd. */
export function checkerboard(shape: Shape, keep: "even" | "odd"): NdArray {
  const [, height = 0, width = 0] = shape;
  if (shape.length !== 3 || height * width < 2)
    throw new GenError("shape", `checkerboard: expected [C, H, W] of more than one pixel, got ${showShape(shape)}`);
  const parity = keep === "even" ? 0 : 1;
  const cells = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [row, column] = [Math.floor(i / width) % height, i % width];
    return Number((row + column) % 2 === parity);
  });
  return ndarray(cells, shape);
}
