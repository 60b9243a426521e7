/**
 * @file Positions: turned into the keys and queries (rotary), added as waves (sinusoidal) or as learned rows. Sines and
 * cosines are worked out in advance, in float64; graphs only look them up, since those of GPUs are coarse.
 */
import { GenError } from "../error.js";
import { normalInit } from "../ir/initializer.js";
import { ndarray, type NdArray } from "../ndarray.js";
import type { Scope } from "../program/scope.js";
import { showShape } from "../shape.js";
import { withGradient } from "../tensor/control.js";
import { param } from "../tensor/inputs.js";
import { concat, constant, type Tensor } from "../tensor/tensor.js";
import type { Layer } from "./layer.js";

export interface WaveOptions {
  /** Positions 0 … length − 1. */
  readonly length: number;
  /** D: how many numbers belong to a position; even. */
  readonly features: number;
  /** The longest wave is 2π · base^(1 − 2/D). @default 10,000 */
  readonly base?: number;
}

/** How fast the angle of each pair grows with the position: base^(−2i/D). */
function ratesOf({ features, base = 10_000 }: Omit<WaveOptions, "length">, where: string): number[] {
  if (features % 2 !== 0) throw new GenError("option", `${where}: expected an even count of features, got ${features}`);
  return Array.from({ length: features / 2 }, (_, i) => base ** ((-2 * i) / features));
}

/** Angles of positions 0 … length − 1. */
function angles(length: number, rates: readonly number[]): number[][] {
  return Array.from({ length }, (_, p) => rates.map((rate) => p * rate));
}

/**
 * Waves of geometrically growing length, sines first, then cosines:
 *
 *     P[p, i] = sin(p · base^(−2i/D))      P[p, D/2 + i] = cos(p · base^(−2i/D))      i < D/2
 *
 * @returns [length, features]
 * @throws GenError `option` for an odd count of features
 * @see Vaswani et al. 2017, §3.5. arXiv:1706.03762
 */
export function sinusoidalTable(options: WaveOptions): NdArray {
  const rows = angles(options.length, ratesOf(options, "sinusoidalTable"));
  const table = rows.flatMap((row) => [...row.map(Math.sin), ...row.map(Math.cos)]);
  return ndarray(table, [options.length, options.features]);
}

/**
 * {@link sinusoidalTable} at any real positions, worked out in the graph: how a time, or a noise level, enters a network.
 *
 *     y = [sin(t · base^(−2i/D)), cos(t · base^(−2i/D))]      i < D/2
 *
 * @param t […]; of [0, 1], say, it is scaled by 1,000 first, or all waves are long
 * @param features D, even
 * @returns [… D]
 * @see Ho, Jain & Abbeel 2020, "Denoising Diffusion Probabilistic Models", app. B. arXiv:2006.11239
 */
export function sinusoidalEmbedding(t: Tensor, { features, base = 10_000 }: Omit<WaveOptions, "length">): Tensor {
  const rates = ratesOf({ features, base }, "sinusoidalEmbedding");
  const turned = t.unsqueeze(-1).mul(constant(ndarray(rates, [features / 2])).cast(t.dtype)); // [… D/2]
  return concat([turned.sin(), turned.cos()]);
}

/** Adds {@link sinusoidalTable} to a sequence. */
export class SinusoidalPositions implements Layer {
  readonly #table: NdArray;

  constructor(options: WaveOptions) {
    this.#table = sinusoidalTable(options);
  }

  /**
   * @param x [N, T, features], T ≤ length
   * @param positions i32 [T] or [N, T]. @default 0 … T − 1
   */
  forward(x: Tensor, scope?: Scope, positions?: Tensor): Tensor;
  forward(x: Tensor, _?: Scope, positions?: Tensor): Tensor {
    return x.add(rowsOf(constant(this.#table), { x, positions, where: "SinusoidalPositions" }));
  }
}

export interface LearnedPositionsOptions {
  readonly length: number;
  readonly features: number;
  /** Standard deviation at the start. @default 0.02 */
  readonly std?: number;
}

/** Adds a learned row for each position to a sequence. Radford et al. 2018, "Improving language understanding", §4.1 */
export class LearnedPositions implements Layer {
  /** [length, features] */
  readonly weight: Tensor;

  constructor({ length, features, std = 0.02 }: LearnedPositionsOptions) {
    this.weight = param([length, features], normalInit({ std }));
  }

  /**
   * @param x [N, T, features], T ≤ length
   * @param positions i32 [T] or [N, T]. @default 0 … T − 1
   */
  forward(x: Tensor, scope?: Scope, positions?: Tensor): Tensor;
  forward(x: Tensor, _?: Scope, positions?: Tensor): Tensor {
    return x.add(rowsOf(this.weight, { x, positions, where: "LearnedPositions" }));
  }
}

/** How turns are slowed down, so that a model sees further than it was first trained to. */
export type RotaryScaling =
  | {
      /** All alike: θ / factor. Chen et al. 2023, "Extending Context Window … via Positional Interpolation". arXiv:2306.15595 */
      readonly type: "linear";
      readonly factor: number;
    }
  | {
      /**
       * Those whose wave λ is long beside the context C of the first training, smoothly from none to all:
       *
       *     θ · (m + (1 − m) / factor)      m = (C/λ − lowFrequency) / (highFrequency − lowFrequency), within [0, 1]
       *
       * Grattafiori et al. 2024, "The Llama 3 Herd of Models", §3.4.2 (arXiv:2407.21783); the numbers stand in its files.
       */
      readonly type: "llama3";
      readonly factor: number;
      /** Waves that fit the first context less often than this turn by θ / factor. */
      readonly lowFrequency: number;
      /** Those that fit it more often than this turn by θ. */
      readonly highFrequency: number;
      /** C: tokens that the model saw at first. */
      readonly context: number;
    };

export interface RotaryOptions extends WaveOptions {
  /** @default turns as they are */
  readonly scaling?: RotaryScaling;
}

function scaledRate(rate: number, scaling: RotaryScaling | undefined): number {
  if (scaling === undefined) return rate;
  if (scaling.type === "linear") return rate / scaling.factor;
  const { factor, lowFrequency, highFrequency, context } = scaling;
  const fits = (context * rate) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (fits - lowFrequency) / (highFrequency - lowFrequency)));
  return rate * (kept + (1 - kept) / factor);
}

/**
 * Rotary positions: each pair (xᵢ, xᵢ₊D/₂) of a query or key is turned by an angle that grows with its position, so that
 * products of queries and keys depend on the distance between them alone.
 *
 *     y_i = x_i cos θ − x_{i+D/2} sin θ      y_{i+D/2} = x_{i+D/2} cos θ + x_i sin θ      θ = p · base^(−2i/D)
 *
 * Pairs lie D/2 apart, as in GPT-NeoX and Llama.
 *
 * @see Su et al. 2021, "RoFormer", eq. 34. arXiv:2104.09864
 */
export class RotaryPositions {
  readonly #cos: NdArray;
  readonly #sin: NdArray;

  constructor(options: RotaryOptions) {
    const rates = ratesOf(options, "RotaryPositions").map((rate) => scaledRate(rate, options.scaling));
    const rows = angles(options.length, rates).flat();
    const shape = [options.length, options.features / 2];
    this.#cos = ndarray(rows.map(Math.cos), shape);
    this.#sin = ndarray(rows.map(Math.sin), shape);
  }

  /**
   * @param x [N, H, T, D], T ≤ length
   * @param positions i32 [T] or [N, T]. @default 0 … T − 1
   */
  forward(x: Tensor, positions?: Tensor): Tensor {
    const [cos, sin] = [this.#cos, this.#sin].map((table) => {
      const rows = rowsOf(constant(table).cast(x.dtype), { x, positions, where: "RotaryPositions", perFeature: 2 });
      return rows.rank === 3 ? rows.unsqueeze(1) : rows; //                [T, D/2] or [N, 1, T, D/2]
    }) as [Tensor, Tensor];
    return turn(x, cos, sin);
  }
}

/** A rotation of each pair; pulled back, a rotation the other way. */
function turn(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const half = x.shape.at(-1)! / 2;
  const rotated = (v: Tensor, c: Tensor, s: Tensor): Tensor => {
    const [a, b] = v.split([half, half]) as [Tensor, Tensor];
    return concat([a.mul(c).sub(b.mul(s)), b.mul(c).add(a.mul(s))]);
  };
  return withGradient(
    [x, cos.stopGradient(), sin.stopGradient()],
    ([v, c, s]) => rotated(v!, c!, s!),
    ([, c, s], _, g) => [rotated(g, c!, s!.neg()), c!.mul(0), s!.mul(0)],
  );
}

interface RowsFor {
  /** [… T, features] */
  readonly x: Tensor;
  readonly positions: Tensor | undefined;
  readonly where: string;
  /** Of how many numbers of x each number of the table is. @default 1 */
  readonly perFeature?: number;
}

/** The rows of a table for each place of a sequence. */
function rowsOf(table: Tensor, { x, positions, where, perFeature = 1 }: RowsFor): Tensor {
  const [length, width] = table.shape as [number, number];
  const t = x.shape.at(-2);
  if (t === undefined || x.shape.at(-1) !== width * perFeature) {
    throw new GenError("shape", `${where}: expected [… T, ${width * perFeature}], got ${showShape(x.shape)}`);
  }
  if (positions !== undefined) {
    if (positions.dtype !== "i32" || positions.shape.at(-1) !== t) {
      throw new GenError("shape", `${where}: expected positions i32[… ${t}], got ${positions.toString()}`);
    }
    return table.gather(positions, 0);
  }
  if (t > length) {
    throw new GenError("range", `${where}: expected at most ${length} positions, got ${t}`);
  }
  return table.slice(0, 0, t);
}
