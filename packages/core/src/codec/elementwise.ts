/** @file Codecs that move each real number by itself: affine, standardised, logit. */
import { GenError } from "../error.js";
import { arrayInit } from "../ir/initializer.js";
import type { NdArray } from "../ndarray.js";
import type { Scope } from "../program/scope.js";
import { broadcastShapes, sameShape, showShape, sizeOf, type Shape } from "../shape.js";
import { state } from "../tensor/inputs.js";
import { scalar, type Tensor } from "../tensor/tensor.js";
import {
  checkRow,
  sumRow,
  type CheckOptions,
  type Codec,
  type CodecCard,
  type EncodeOptions,
  type Encoded,
} from "./codec.js";

const DENSITY = "log-density in the units of x, in nats";

export interface AffineOptions {
  readonly shape: Shape;
  readonly scale: number;
  /** @default 0 */
  readonly shift?: number;
}

/** y = scale · x + shift: from [0, 1] to [−1, 1] with scale 2 and shift −1. */
export class Affine implements Codec {
  readonly input: Shape;
  readonly output: Shape;
  readonly #scale: number;
  readonly #shift: number;

  /** @throws GenError `range` for a scale of 0 */
  constructor({ shape, scale, shift = 0 }: AffineOptions) {
    if (!Number.isFinite(scale) || scale === 0 || !Number.isFinite(shift)) {
      throw new GenError("range", `Affine: expected a scale that is not 0 and a shift, got ${scale} and ${shift}`);
    }
    this.input = shape;
    this.output = shape;
    this.#scale = scale;
    this.#shift = shift;
  }

  encode(x: Tensor, _scope: Scope, { mask }: EncodeOptions = {}): Encoded {
    checkRow(x, this.input, "Affine");
    const y = x.mul(this.#scale).add(this.#shift);
    const logScale = scalar(Math.abs(this.#scale), x.dtype).log();
    return { y, logDet: sumRow(logScale, x.shape, mask), ...(mask === undefined ? {} : { mask }) };
  }

  decode(y: Tensor): Tensor {
    return y.sub(this.#shift).mul(1 / this.#scale);
  }

  check(x: NdArray, options: CheckOptions = {}): void {
    checkFinite(x, options);
  }

  describe(): CodecCard {
    const spec = { kind: "affine", shape: this.input, scale: this.#scale, shift: this.#shift } as const;
    return { x: rowsText(this.input), logProb: DENSITY, spec };
  }
}

export interface StandardiseOptions {
  readonly shape: Shape;
  /** Of the training rows; its shape broadcasts to `shape`: [D] for features, [C, 1, 1] for channels. */
  readonly mean: NdArray;
  /** All above 0. */
  readonly std: NdArray;
}

/** y = (x − mean) / std, with the moments of the training rows as states. `fitStandardise` measures them. */
export class Standardise implements Codec {
  readonly input: Shape;
  readonly output: Shape;
  readonly mean: Tensor;
  readonly std: Tensor;
  readonly #moments: { readonly mean: NdArray; readonly std: NdArray };

  /** @throws GenError `shape` for moments that do not fit, `range` for a std that is not above 0 */
  constructor({ shape, mean, std }: StandardiseOptions) {
    if (!sameShape(mean.shape, std.shape) || !sameShape(broadcastShapes(mean.shape, shape, "Standardise"), shape)) {
      throw new GenError(
        "shape",
        `Standardise: expected a mean and std that broadcast to ${showShape(shape)}, got ${showShape(mean.shape)} and ${showShape(std.shape)}`,
      );
    }
    const wrong = (std.data as Float32Array).findIndex((s) => !(s > 0 && s < Infinity));
    if (wrong >= 0) {
      throw new GenError("range", `Standardise: expected std[${wrong}] > 0, got ${Number(std.data[wrong])}`, {
        fix: "leave out what never varies",
      });
    }
    this.input = shape;
    this.output = shape;
    this.mean = state(mean.shape, arrayInit(mean));
    this.std = state(std.shape, arrayInit(std));
    this.#moments = { mean, std };
  }

  encode(x: Tensor, scope: Scope, { mask }: EncodeOptions = {}): Encoded {
    checkRow(x, this.input, "Standardise");
    const std = scope.read(this.std);
    const y = x.sub(scope.read(this.mean)).div(std);
    return { y, logDet: sumRow(std.log().neg(), x.shape, mask), ...(mask === undefined ? {} : { mask }) };
  }

  decode(y: Tensor): Tensor {
    return y.mul(this.std).add(this.mean);
  }

  check(x: NdArray, options: CheckOptions = {}): void {
    checkFinite(x, options);
  }

  describe(): CodecCard {
    const { mean, std } = this.#moments;
    const numbers = ({ data }: NdArray): number[] => Array.from(data as Float32Array);
    return {
      x: rowsText(this.input),
      logProb: DENSITY,
      spec: { kind: "standardise", shape: this.input, moments: mean.shape, mean: numbers(mean), std: numbers(std) },
    };
  }
}

export interface LogitOptions {
  readonly shape: Shape;
  /** How far the ends are pulled in, so that 0 and 1 stay finite. @default 1e-6 */
  readonly lambda?: number;
}

/**
 * From [0, 1] to the real line:
 *
 *     y = logit(s),    s = λ + (1 − 2λ) x,    log |dy/dx| = log(1 − 2λ) − log s − log(1 − s)
 *
 * @throws GenError `range` unless λ lies in (0, ½)
 * @see Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow", arXiv:1705.07057, §4.3
 */
export class Logit implements Codec {
  readonly input: Shape;
  readonly output: Shape;
  readonly #lambda: number;

  constructor({ shape, lambda = 1e-6 }: LogitOptions) {
    if (!(lambda > 0 && lambda < 0.5)) {
      throw new GenError("range", `Logit: expected λ above 0 and below ½, got ${lambda}`);
    }
    this.input = shape;
    this.output = shape;
    this.#lambda = lambda;
  }

  encode(x: Tensor, _scope: Scope, { mask }: EncodeOptions = {}): Encoded {
    checkRow(x, this.input, "Logit");
    const width = scalar(this.#lambda, x.dtype).mul(-2).add(1); //            in the graph, so that s and 1 − s add up to 1
    const logS = x.mul(width).add(this.#lambda).log();
    const logRest = x.neg().add(1).mul(width).add(this.#lambda).log(); //   log(1 − s), with the digits that 1 − s would lose
    const terms = logS.add(logRest).neg().add(width.log());
    return { y: logS.sub(logRest), logDet: sumRow(terms, x.shape, mask), ...(mask === undefined ? {} : { mask }) };
  }

  decode(y: Tensor): Tensor {
    return y
      .sigmoid()
      .sub(this.#lambda)
      .mul(1 / (1 - 2 * this.#lambda))
      .clip(0, 1);
  }

  check(x: NdArray, { first = 0 }: CheckOptions = {}): void {
    const wrong = (x.data as Float32Array).findIndex((v) => !(v >= 0 && v <= 1));
    if (wrong >= 0) throw badNumber(x, { at: wrong, first, wanted: "a number in [0, 1]" });
  }

  describe(): CodecCard {
    const spec = { kind: "logit", shape: this.input, lambda: this.#lambda } as const;
    return { x: `${rowsText(this.input)} in [0, 1]`, logProb: DENSITY, spec };
  }
}

function rowsText(shape: Shape): string {
  return `${sizeOf(shape) === 1 ? "one number" : `${sizeOf(shape)} numbers`} ${showShape(shape)} a row`;
}

function checkFinite(x: NdArray, { first = 0 }: CheckOptions): void {
  const wrong = (x.data as Float32Array).findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) throw badNumber(x, { at: wrong, first, wanted: "a finite number" });
}

function badNumber(
  { data, shape }: NdArray,
  { at, first, wanted }: { at: number; first: number; wanted: string },
): GenError {
  const row = sizeOf(shape.slice(1));
  const where = `row ${first + Math.floor(at / row)}, number ${at % row}`;
  return new GenError("data", `${where}: expected ${wanted}, got ${Number(data[at])}`);
}
