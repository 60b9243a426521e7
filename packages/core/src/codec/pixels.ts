/** @file Codecs of pictures: bytes or intensities in, real numbers for the model, intensities in [0, 1] back. */
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import type { Scope } from "../program/scope.js";
import { showShape, sizeOf, type Shape } from "../shape.js";
import { scalar, type Tensor } from "../tensor/tensor.js";
import {
  checkRow,
  perRow,
  sumRow,
  type CheckOptions,
  type Codec,
  type CodecCard,
  type EncodeOptions,
  type Encoded,
} from "./codec.js";
import { drawNoise, noiseName, type Noise, type NoiseChoice } from "./noise.js";

/**
 * Uniform noise keeps this far from the ends of a level, so that rounding to f32, here and in a logit, never moves a
 * value to the next level. The bound counts it: log(1 − 2δ), 1.2e-4 nats a pixel.
 */
const MARGIN = 2 ** -14;

export interface IntensitiesOptions {
  readonly shape: Shape;
  /** Grey levels, where the model gives these probabilities. @default 0: it gives a density over intensities */
  readonly levels?: number;
}

/** Pictures as they are: y is the intensity in [0, 1]. */
export class Intensities implements Codec {
  readonly input: Shape;
  readonly output: Shape;
  readonly #levels: number;

  constructor({ shape, levels = 0 }: IntensitiesOptions) {
    this.input = shape;
    this.output = shape;
    this.#levels = levels;
  }

  encode(x: Tensor, _scope: Scope, options: EncodeOptions = {}): Encoded {
    checkRow(x, this.input, "pictures");
    const y = intensitiesOf(x);
    return { y, logDet: perRow(0, y), ...known(options) };
  }

  /** What lies outside [0, 1] is brought to its end. */
  decode(y: Tensor): Tensor {
    return y.clip(0, 1);
  }

  check(x: NdArray, options: CheckOptions = {}): void {
    checkIntensities(x, options);
  }

  describe(): CodecCard {
    return {
      x: pictureText(this.input),
      logProb:
        this.#levels === 0
          ? "log-density over intensities in [0, 1], in nats"
          : `log-probability of a picture of ${this.#levels} levels, in nats`,
      spec: { kind: "intensities", shape: this.input, levels: this.#levels },
    };
  }
}

export interface BinariseOptions {
  readonly shape: Shape;
  /** The least intensity that is white. @default 0.5 */
  readonly threshold?: number;
}

/** Pictures as black and white: y is 1 where the intensity is at least the threshold, else 0. A grey y decodes as it is. */
export class Binarise implements Codec {
  readonly input: Shape;
  readonly output: Shape;
  readonly #threshold: number;

  /** @throws GenError `range` unless the threshold lies in (0, 1] */
  constructor({ shape, threshold = 0.5 }: BinariseOptions) {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new GenError("range", `Binarise: expected a threshold in (0, 1], got ${threshold}`);
    }
    this.input = shape;
    this.output = shape;
    this.#threshold = threshold;
  }

  encode(x: Tensor, _scope: Scope, options: EncodeOptions = {}): Encoded {
    checkRow(x, this.input, "pictures");
    const y = intensitiesOf(x).greaterEqual(this.#threshold).cast("f32");
    return { y, logDet: perRow(0, y), ...known(options) };
  }

  decode(y: Tensor): Tensor {
    return y.clip(0, 1);
  }

  check(x: NdArray, options: CheckOptions = {}): void {
    checkIntensities(x, options);
  }

  describe(): CodecCard {
    return {
      x: `${pictureText(this.input)}, taken as white from ${this.#threshold} on`,
      logProb: "log-probability of a black and white picture, in nats",
      spec: { kind: "binarise", shape: this.input, threshold: this.#threshold },
    };
  }
}

export interface DequantiseOptions {
  /** Of a picture: [C, H, W]. */
  readonly shape: Shape;
  /** Grey levels; fewer than 256 make log p that of a coarser picture. @default 256 */
  readonly levels?: number;
  /** @default "uniform" */
  readonly noise?: NoiseChoice;
}

/**
 * Levels k = 0 … L − 1 as real numbers in (0, 1):
 *
 *     y = (k + u) / L,    log P(x) ≥ E_u[log p(y) − log q(u|x)] − D log L
 *
 * Without noise u is ½, and log p(y) + logDet is not a bound but the density at the middle.
 *
 * @throws GenError `range` unless levels is a whole number from 2 to 256
 * @see Uria, Murray & Larochelle 2013, "RNADE", arXiv:1306.0186, §5.1
 */
export class Dequantise implements Codec {
  readonly input: Shape;
  readonly output: Shape;
  /** The parameters of learned noise, if any, are part of the model. */
  readonly noise: Noise | undefined;
  readonly #noise: NoiseChoice;
  readonly #levels: number;

  constructor({ shape, levels = 256, noise = "uniform" }: DequantiseOptions) {
    if (!Number.isInteger(levels) || levels < 2 || levels > 256) {
      throw new GenError("range", `Dequantise: expected 2 to 256 levels, got ${levels}`);
    }
    this.input = shape;
    this.output = shape;
    this.noise = typeof noise === "string" ? undefined : noise;
    this.#noise = noise;
    this.#levels = levels;
  }

  encode(x: Tensor, scope: Scope, options: EncodeOptions = {}): Encoded {
    checkRow(x, this.input, "pictures");
    const levels = this.#levels;
    const bytes = x.dtype === "u8" ? x.cast("f32") : x.mul(255).add(0.5).floor().clip(0, 255);
    const k = levels === 256 ? bytes : bytes.mul(levels / 256).floor(); //           [N, …shape]
    const how = options.dequantise === "middle" ? "middle" : scope;
    const { u, logProb } = drawNoise(this.#noise, k.add(0.5).mul(1 / levels), how);
    const y = u
      .mul(1 - 2 * MARGIN)
      .add(MARGIN)
      .add(k)
      .mul(1 / levels); //           (0, 1)
    const logWidth = Math.log((this.#noise === "none" ? 1 : 1 - 2 * MARGIN) / levels);
    const { mask } = known(options);
    const total =
      mask === undefined ? perRow(sizeOf(this.input) * logWidth, y) : sumRow(scalar(logWidth), y.shape, mask);
    return { y, logDet: total.sub(logProb), ...(mask === undefined ? {} : { mask }) };
  }

  decode(y: Tensor): Tensor {
    const levels = this.#levels;
    return y
      .mul(levels)
      .floor()
      .clip(0, levels - 1)
      .div(levels - 1); //             intensities
  }

  check(x: NdArray, options: CheckOptions = {}): void {
    checkIntensities(x, options);
  }

  describe(): CodecCard {
    const of = `log-probability of a picture of ${this.#levels} levels, in nats`;
    return {
      x: `${pictureText(this.input)}, in ${this.#levels} levels`,
      logProb:
        this.#noise === "none"
          ? `approximate ${of}, by the density at the middle of each level`
          : `${of}: a lower bound in the mean over its noise`,
      spec: { kind: "dequantise", shape: this.input, levels: this.#levels, noise: noiseName(this.#noise) },
    };
  }
}

function intensitiesOf(x: Tensor): Tensor {
  return x.dtype === "u8" ? x.cast("f32").mul(1 / 255) : x;
}

/** Which pixels are known, as 1 and 0, where somebody says so. */
function known({ mask }: EncodeOptions): Pick<Encoded, "mask"> {
  return mask === undefined ? {} : { mask: mask.cast("f32").greater(0.5).cast("f32") };
}

function pictureText(shape: Shape): string {
  return `pictures ${showShape(shape)}, intensities in [0, 1]`;
}

function checkIntensities(x: NdArray, { mask, first = 0 }: CheckOptions): void {
  if (x.dtype === "u8") return;
  const isKnown = (i: number): boolean => mask === undefined || Number(mask.data[i]) > 0.5;
  const wrong = (x.data as Float32Array).findIndex((v, i) => !(v >= 0 && v <= 1) && isKnown(i));
  if (wrong < 0) return;
  const row = sizeOf(x.shape.slice(1));
  throw new GenError(
    "data",
    `pictures: row ${first + Math.floor(wrong / row)}, number ${wrong % row}: expected an intensity in [0, 1], got ${Number(x.data[wrong])}`,
    { fix: "give bytes as u8, or divide them by 255" },
  );
}
