/** @file The space that generators draw from: noise, and beside it the codes of InfoGAN, which mean something. */
import {
  concat,
  GenError,
  oneHot,
  randomInteger,
  randomNormal,
  randomUniform,
  scalar,
  type Scope,
  type Tensor,
} from "@gen/core";
import { checkWhole } from "./check.js";

export interface CodeOptions {
  /** Sizes of the categorical codes, each uniform: [10] for one of ten values. @default [] */
  readonly categorical?: readonly number[];
  /** How many continuous codes, each from U(−1, 1). @default 0 */
  readonly continuous?: number;
}

export interface LatentOptions {
  /** Numbers of noise. */
  readonly dim: number;
  /** N(0, I), or U(−1, 1) as in the first papers. */
  readonly prior: "normal" | "uniform";
  readonly codes: CodeOptions | undefined;
}

/** Where one of the codes stands in z. */
export interface CodePlace {
  readonly kind: "categorical" | "continuous";
  readonly start: number;
  readonly size: number;
}

/** Noise and codes side by side, [n, width]: the noise first. */
export class LatentSpace {
  readonly #options: LatentOptions;
  readonly #places: readonly CodePlace[];

  /** @throws GenError `range` for a count that is not a whole number, or a code of less than two values */
  constructor(options: LatentOptions) {
    const { categorical = [], continuous = 0 } = options.codes ?? {};
    checkWhole("latentDim", options.dim, { where: "gan", least: 1 });
    checkWhole("codes.continuous", continuous, { where: "gan", least: 0 });
    categorical.forEach((size) => checkWhole("codes.categorical", size, { where: "gan", least: 2 }));
    this.#options = options;
    let start = options.dim;
    const places: CodePlace[] = categorical.map((size) => {
      start += size;
      return { kind: "categorical", start: start - size, size };
    });
    if (continuous > 0) places.push({ kind: "continuous", start, size: continuous });
    this.#places = places;
  }

  /** Numbers of noise. */
  get dim(): number {
    return this.#options.dim;
  }
  get prior(): "normal" | "uniform" {
    return this.#options.prior;
  }
  /** Numbers in all: noise and codes. */
  get width(): number {
    return this.#places.reduce((sum, { size }) => sum + size, this.dim);
  }
  /** Categorical codes first, one place each; the continuous ones share the last. */
  get codes(): readonly CodePlace[] {
    return this.#places;
  }

  /**
   * Draws of z, [n, width]. With a truncation τ the noise is drawn given |z| ≤ τ: less variety, and less of what is rare.
   *
   * @param truncation a number, or a scalar f32 in the graph: where that is below 0, noise is NaN
   * @throws GenError `range` for a number below 0
   * @see Brock, Donahue & Simonyan 2019, "Large scale GAN training", §3.1. arXiv:1809.11096
   */
  draw(n: number, scope: Scope, truncation?: number | Tensor): Tensor {
    if (typeof truncation === "number" && !(truncation >= 0)) {
      throw new GenError("range", `gan: expected a truncation ≥ 0, got ${truncation}`, {
        fix: "leave it out for all of the variety there is; 0 gives the middle alone",
      });
    }
    const shape = [n, this.dim];
    const within = truncation === undefined ? undefined : checked(truncation);
    const noise =
      this.prior === "normal"
        ? randomNormal(scope.nextKey(), shape, within === undefined ? {} : { within })
        : randomUniform(scope.nextKey(), shape)
            .mul(2)
            .sub(1)
            .mul(within?.minimum(1) ?? 1);
    const codes = this.#places.map(({ kind, size }) =>
      kind === "categorical"
        ? oneHot(randomInteger(scope.nextKey(), [n], size), size)
        : randomUniform(scope.nextKey(), [n, size]).mul(2).sub(1),
    );
    return concat([noise, ...codes], 1);
  }
}

/** A truncation in the graph, NaN where it is below 0: a graph has no other way to refuse it. */
function checked(truncation: number | Tensor): Tensor {
  if (typeof truncation === "number") return scalar(truncation);
  return truncation.less(0).where(scalar(Number.NaN), truncation);
}
