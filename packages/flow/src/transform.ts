/**
 * @file What a transform is: a map of rows with the logarithm of how it changes volume. Those that can be undone are
 * bijections; one that is undone by iteration says how near it comes.
 */
import { GenError, sameShape, showShape, type Scope, type Shape, type Tensor } from "@gen/core";
import type { Mapped, Transport } from "@gen/core/prob";

/** What a transform may use besides the rows. */
export interface At {
  /** [N, contextDim] */
  readonly context?: Tensor | undefined;
  readonly scope: Scope;
}

/** Where the inverse takes a row, and log |det ∂x/∂y| of the inverse. */
export interface Unmapped {
  /** [N, …shape] */
  readonly x: Tensor;
  /** [N], in nats */
  readonly logDet: Tensor;
}

/**
 * A map of rows y = f(x) with log |det ∂f/∂x|; a transport of core that also says what shape its rows have. Its
 * parameters are its public fields, as of any model.
 */
export interface Transform extends Transport {
  /** Shape of one row that goes in. */
  readonly shape: Shape;
  /** Shape of one row that comes out; as many numbers as go in. */
  readonly outputShape: Shape;
  /** @param x [N, …shape] @returns y [N, …outputShape], logDet [N] */
  forward(x: Tensor, at: At): Mapped;
}

/** A transform that can be undone. */
export interface Bijection extends Transform {
  /**
   * Where the inverse is found by iteration: how far off inverse(f(x)) may be from x in float64, relative to
   * 1 + |x|. Not there when the inverse is a closed form.
   */
  readonly tolerance?: number;
  /** Rows that come out as NaN, in either direction, in words; not there when every row is brought to its end. */
  readonly unsolved?: string;
  /** @param y [N, …outputShape] @returns x [N, …shape], logDet [N] of the inverse */
  inverse(y: Tensor, at: At): Unmapped;
}

/** Rows of width 0 have no context: the width that several transforms agree on. */
export function contextWidth(parts: readonly { readonly contextDim: number }[], where: string): number {
  const widths = [...new Set(parts.map(({ contextDim }) => contextDim).filter((width) => width > 0))];
  if (widths.length > 1)
    throw new GenError("shape", `${where}: expected one width of context, got ${widths.join(" and ")}`);
  return widths[0] ?? 0;
}

/** @throws GenError `shape` naming the transform, if rows are not of its shape or the context is not of its width */
export function checkRows(
  x: Tensor,
  { shape, context, contextDim = 0, sharesContext = false, where }: RowsCheck,
): void {
  if (!sameShape(x.shape.slice(1), shape) || x.rank !== shape.length + 1) {
    throw new GenError("shape", `${where}: expected ${showShape(["N", ...shape] as never)}, got ${showShape(x.shape)}`);
  }
  if (contextDim === 0) return;
  const [rows, of] = [x.shape[0]!, context?.shape[0] ?? 0];
  const isFor = of === rows || (sharesContext && of > 0 && rows % of === 0);
  if (context?.rank !== 2 || context.shape[1] !== contextDim || !isFor) {
    throw new GenError(
      "shape",
      `${where}: expected context ${showShape([x.shape[0]!, contextDim])}, got ${context === undefined ? "none" : showShape(context.shape)}`,
    );
  }
}

interface RowsCheck {
  readonly shape: Shape;
  readonly context?: Tensor | undefined;
  readonly contextDim?: number;
  readonly sharesContext?: boolean;
  readonly where: string;
}

/** A number of features, rows of a matrix. @throws GenError `range` naming what it is for, if it is not whole or too small */
export function checkDim(dim: number, where: string, least = 1): number {
  if (Number.isInteger(dim) && dim >= least) return dim;
  throw new GenError("range", `${where}: expected dim ≥ ${least}, got ${dim}`);
}

/** Sums all axes but the first: [N, …] → [N]. */
export function sumRows(x: Tensor): Tensor {
  return x.rank === 1 ? x : x.flatten().sum(1);
}

/** One number for each row of x, all equal to a scalar. */
export function perRow(value: Tensor, x: Tensor): Tensor {
  return value.reshape([]).expand([x.shape[0]!]);
}
