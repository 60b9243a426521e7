/**
 * @file Codec: the map between what a user gives and gets and what a model sees. It is part of the model, learned from
 * the training split, in the graph and in every exported file, so that files and densities are in the user's units.
 */
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import type { Mapped } from "../prob/density.js";
import type { Scope } from "../program/scope.js";
import { sameShape, showShape, type Shape } from "../shape.js";
import { full, type Tensor } from "../tensor/tensor.js";
import type { CodecSpec } from "./spec.js";

/**
 * Encoded rows. For a model with the density p(y), what a user wants to know is
 *
 *     log p(x) = log p(y) + logDet
 *
 * exactly where the codec only moves real numbers; where it dequantises, the mean of the right side over the noise is a
 * lower bound (Theis, van den Oord & Bethge 2016, arXiv:1511.01844, §3.1). `describe().logProb` says which.
 */
export interface Encoded extends Mapped {
  /** [N, …output], 1 where y is known and 0 where it is not: of masked rows, and of codecs that leave gaps to the model. */
  readonly mask?: Tensor;
}

export interface EncodeOptions {
  /**
   * [N, …input], more than ½ where x is known; x may hold anything elsewhere. Without it, NaN is a gap in a table that
   * has gaps.
   */
  readonly mask?: Tensor | undefined;
  /** Noise that makes levels continuous is drawn from the scope, or is at its middle: the same code each time. @default "draw" */
  readonly dequantise?: "draw" | "middle";
}

export interface CheckOptions {
  /** u8 or f32, [N, …input], as in {@link EncodeOptions}. */
  readonly mask?: NdArray | undefined;
  /** The number of the first row, for the message. @default 0 */
  readonly first?: number;
}

/** What a codec says of itself in `card.json`. */
export interface CodecCard {
  /** What x is, with units and range: for the inputs and outputs of files. */
  readonly x: string;
  /** What log p(x) means: a density or a probability, exact or a bound; in nats. */
  readonly logProb: string;
  /** Data from which `codecOf` makes the same codec. */
  readonly spec: CodecSpec;
}

/**
 * A map of rows and its way back. What it learned is in public fields, which are states: a model that has the codec as
 * a field carries them in its checkpoints. decode(encode(x)) is x: to the bit for levels, whole numbers and categories.
 */
export interface Codec {
  /** Shape of one row that the user gives and gets. */
  readonly input: Shape;
  /** Shape of one row as the model sees it. */
  readonly output: Shape;
  /** @param x [N, …input] @throws GenError `shape` for rows of another shape */
  encode(x: Tensor, scope: Scope, options?: EncodeOptions): Encoded;
  /** @param y [N, …output] @returns [N, …input] f32 */
  decode(y: Tensor): Tensor;
  /**
   * Which numbers of y follow from the numbers of x that are known, and from every number of x having a value: what says
   * that there is a gap follows. Absent where each number of x is one of y.
   *
   * @param mask f32 [N, …input], 1 where x is known and 0 where it is not @returns [N, …output], likewise
   */
  known?(mask: Tensor): Tensor;
  /** Looks at rows on the host, where graphs cannot complain. @throws GenError `data`, naming row and column */
  check(x: NdArray, options?: CheckOptions): void;
  describe(): CodecCard;
}

/** @throws GenError `shape` unless x is [N, …row] */
export function checkRow(x: Tensor, row: Shape, where: string): void {
  if (x.rank !== row.length + 1 || !sameShape(x.shape.slice(1), row)) {
    throw new GenError("shape", `${where}: expected rows ${showShape(row)}, got ${showShape(x.shape.slice(1))}`);
  }
}

/** @throws GenError `option` if somebody gives a mask that would be ignored */
export function refuseMask({ mask }: EncodeOptions | CheckOptions, where: string): void {
  if (mask !== undefined) {
    throw new GenError("option", `${where}: expected no mask, as it knows no gaps, got one`, {
      fix: 'leave the mask out, or leave gaps to the model: gaps: "mask"',
    });
  }
}

/** Σ over the axes of a row, [N]; what lies in a gap does not count. `terms` broadcast to [N, …row]. */
export function sumRow(terms: Tensor, shape: Shape, mask?: Tensor): Tensor {
  const all = terms.expand(shape);
  const counted = mask === undefined ? all : all.mul(mask);
  return counted.sum(shape.slice(1).map((_, i) => i + 1));
}

/** The same number for each row of x, [N]. */
export function perRow(value: number, x: Tensor): Tensor {
  return full([x.shape[0]!], value, x.dtype);
}
