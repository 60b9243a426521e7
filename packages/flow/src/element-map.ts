/**
 * @file Maps of single numbers whose parameters a network gives: what couplings and autoregressive transforms move their
 * elements by. Parameters stand in a last axis, [N, …S, width] for elements [N, …S].
 */
import { concat, full, GenError, type Tensor } from "@gen/core";

/** An increasing map of each element by itself. */
export interface ElementMap {
  /** What it is called in messages. */
  readonly name: string;
  /** How many numbers parameterise one element; all 0 are near the identity. */
  readonly width: number;
  /** The numbers by which a network sees an element: of an angle cosine and sine, which have no seam. @default the element */
  readonly views?: readonly ((x: Tensor) => Tensor)[];
  /** @param x [N, …S], params [N, …S, width] @returns y and log |dy/dx|, both [N, …S] */
  forward(x: Tensor, params: Tensor): Moved;
  /** @param y [N, …S], params [N, …S, width] @returns x, as `y`, and log |dx/dy|, both [N, …S] */
  inverse(y: Tensor, params: Tensor): Moved;
}

/** Where elements are taken, and the logarithm of the slope of each; no slope where it is 1 everywhere. */
export interface Moved {
  readonly y: Tensor;
  readonly logSlope: Tensor | undefined;
}

export interface AffineOptions {
  /**
   * Keeps the log-scale within ±bound, as bound · tanh(a / bound): what keeps deep flows stable on the way back.
   * `undefined` leaves it free. @default 3
   */
  readonly bound?: number | undefined;
}

/**
 * y = x · eˢ + t
 *
 * @see Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", eq. 7. arXiv:1605.08803
 */
export function affine({ bound = 3 }: AffineOptions = {}): ElementMap {
  if (!(bound > 0)) throw new GenError("range", `affine: expected bound > 0, got ${bound}`);
  const parts = (params: Tensor): { s: Tensor; t: Tensor } => {
    const [a, t] = eachOf(params, 2) as [Tensor, Tensor];
    return {
      s: Number.isFinite(bound)
        ? a
            .mul(1 / bound)
            .tanh()
            .mul(bound)
        : a,
      t,
    };
  };
  return {
    name: "affine",
    width: 2,
    forward(x, params) {
      const { s, t } = parts(params);
      return { y: x.mul(s.exp()).add(t), logSlope: s };
    },
    inverse(y, params) {
      const { s, t } = parts(params);
      const negative = s.neg();
      return { y: y.sub(t).mul(negative.exp()), logSlope: negative };
    },
  };
}

/**
 * y = x + t, which keeps volumes.
 *
 * @see Dinh, Krueger & Bengio 2015, "NICE", eq. 3. arXiv:1410.8516
 */
export function additive(): ElementMap {
  return {
    name: "additive",
    width: 1,
    forward: (x, params) => ({ y: x.add(eachOf(params, 1)[0]!), logSlope: undefined }),
    inverse: (y, params) => ({ y: y.sub(eachOf(params, 1)[0]!), logSlope: undefined }),
  };
}

/** The parameters one by one: [N, …S, width] → width times [N, …S]. */
function eachOf(params: Tensor, width: number): Tensor[] {
  return Array.from({ length: width }, (_, i) => params.slice(-1, i, i + 1).squeeze(-1));
}

/** Rows [N, D, …] as the network of a map sees them: [N, views · D, …], the first view of all, then the next. */
export function seenBy({ views }: ElementMap, rows: Tensor): Tensor {
  return views === undefined
    ? rows
    : concat(
        views.map((view) => view(rows)),
        1,
      );
}

/** How many numbers stand for an element in {@link seenBy}. */
export const viewsOf = ({ views }: ElementMap): number => views?.length ?? 1;

/** Σ of the log-slopes of each row: [N]. */
export function logDetOf(logSlope: Tensor | undefined, x: Tensor): Tensor {
  if (logSlope === undefined) return full([x.shape[0]!], 0, x.dtype);
  return logSlope.rank === 1 ? logSlope : logSlope.flatten().sum(1);
}

/** Joins what was split, whichever half came first. */
export function joined(halves: readonly [Tensor, Tensor], isFirst: boolean): Tensor {
  return concat(isFirst ? halves : [halves[1], halves[0]], 1);
}
