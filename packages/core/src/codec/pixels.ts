/** @file Codecs of pictures: bytes or intensities in, real numbers for the model, intensities in [0, 1] back. */
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import type { Scope } from "../program/scope.js";
import { showShape, sizeOf, type Shape } from "../shape.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  checkRow,
  perRow,
  refuseMask,
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

/** Pictures as they are: y is the intensity in [0, 1]. A likelihood of 8-bit levels or of ink says what log p means. */
export class Intensities implements Codec {
  readonly input: Shape;
  readonly output: Shape;

  constructor({ shape }: { readonly shape: Shape }) {
    this.input = shape;
    this.output = shape;
  }

  encode(x: Tensor, _scope: Scope, options: EncodeOptions = {}): Encoded {
    checkRow(x, this.input, "pictures");
    refuseMask(options, "pictures");
    const y = x.dtype === "u8" ? x.cast("f32").mul(1 / 255) : x;
    return { y, logDet: perRow(0, y) };
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
      logProb: "log-density over intensities in [0, 1], in nats",
      spec: { kind: "intensities", shape: this.input },
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
    refuseMask(options, "pictures");
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
    const width = this.#noise === "none" ? 1 : 1 - 2 * MARGIN;
    return { y, logDet: perRow(sizeOf(this.input) * Math.log(width / levels), y).sub(logProb) };
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

function pictureText(shape: Shape): string {
  return `pictures ${showShape(shape)}, intensities in [0, 1]`;
}

function checkIntensities(x: NdArray, { mask, first = 0 }: CheckOptions): void {
  refuseMask({ mask }, "pictures");
  if (x.dtype === "u8") return;
  const wrong = (x.data as Float32Array).findIndex((v) => !(v >= 0 && v <= 1));
  if (wrong < 0) return;
  const row = sizeOf(x.shape.slice(1));
  throw new GenError(
    "data",
    `pictures: row ${first + Math.floor(wrong / row)}, number ${wrong % row}: expected an intensity in [0, 1], got ${Number(x.data[wrong])}`,
    { fix: "give bytes as u8, or divide them by 255" },
  );
}
