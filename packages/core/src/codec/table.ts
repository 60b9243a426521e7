/** @file The codec of tables: columns that are real, whole, categorical, constant, or have gaps, as real numbers. */
import { GenError } from "../error.js";
import { arrayInit } from "../ir/initializer.js";
import { ndarray, type NdArray } from "../ndarray.js";
import type { Scope } from "../program/scope.js";
import type { Shape } from "../shape.js";
import { state } from "../tensor/inputs.js";
import { randomNormal } from "../tensor/random.js";
import { concat, full, type Tensor } from "../tensor/tensor.js";
import { checkTable } from "./check-table.js";
import {
  checkRow,
  refuseMask,
  sumRow,
  type CheckOptions,
  type Codec,
  type CodecCard,
  type EncodeOptions,
  type Encoded,
} from "./codec.js";
import { columnText, hasGaps, type Column } from "./column.js";
import { asFraction } from "./lattice.js";
import { countOf, dimsOf, flags, indices, vector, type Dim, type LayoutOptions } from "./layout.js";
import { drawNoise } from "./noise.js";

export interface TableOptions {
  readonly columns: readonly Column[];
  /** Makes rounded numbers, whole numbers and categories continuous. @default "uniform" */
  readonly noise?: "uniform" | "none";
  /** A number for each category, whose first linear layer then is an embedding, or its index as one number. @default "onehot" */
  readonly categories?: LayoutOptions["categories"];
  /**
   * "indicator": one number more says that a value is missing, and its own is noise from N(0, 1), so any model handles
   * gaps, also in samples. "mask": y is 0 in a gap and `Encoded.mask` says so; the model imputes. @default "indicator"
   */
  readonly gaps?: LayoutOptions["gaps"];
}

/** Numbers of y that belong together: one number, whether it is missing, or a one among zeros. */
export interface Block {
  readonly kind: "number" | "flag" | "one of";
  readonly start: number;
  readonly end: number;
}

/** Roundings of f32 between encoding and decoding, in units of 2⁻²⁴ of what is rounded; a few more than there are. */
const ROUNDINGS = 6;
const ULP = 2 ** -24;

/**
 * Rows [N, columns] f32 as numbers of about unit size, [N, D]:
 *
 *     y = (x − shift + h (u − ½)) / scale      h: what x was rounded to, or 1 for categories; u ~ U(0, 1)
 *
 * log p(x) is a density over real columns times a probability of the others; noise makes it a lower bound in the mean:
 *
 *     log p(x) ≥ E_u[ log p(y) + Σ −log scale + Σ_discrete log h ]
 *
 * u stays δ away from the ends of (0, 1), and log(1 − 2δ) is in the bound, where δ is what f32 may get wrong on the way
 * back: decoding gives whole numbers and categories to the bit. A gap in mode "indicator" adds −log N(ε; 0, 1) for the noise
 * that stands in for the value. Constant columns are left out of y and restored.
 *
 * @see Theis, van den Oord & Bethge 2016, arXiv:1511.01844; Hoogeboom et al. 2021, arXiv:2102.05379 (categories)
 */
export class Table implements Codec {
  readonly input: Shape;
  readonly output: Shape;
  /** [D], states: where y is 0, and the unit of y. */
  readonly shift: Tensor;
  readonly scale: Tensor;
  readonly #columns: readonly Column[];
  readonly #layout: LayoutOptions;
  readonly #noise: "uniform" | "none";
  readonly #dims: readonly Dim[];

  /** @throws GenError `data` if no column varies */
  constructor({ columns, noise = "uniform", categories = "onehot", gaps = "indicator" }: TableOptions) {
    this.#columns = columns;
    this.#layout = { categories, gaps };
    this.#noise = noise;
    this.#dims = dimsOf(columns, this.#layout);
    if (this.#dims.length === 0) throw new GenError("data", "table: expected a column that varies, got none");
    this.input = [columns.length];
    this.output = [this.#dims.length];
    this.shift = state(this.output, arrayInit(ndarray(this.#dims.map(({ shift }) => shift))));
    this.scale = state(this.output, arrayInit(ndarray(this.#dims.map(({ scale }) => scale))));
  }

  get columns(): readonly Column[] {
    return this.#columns;
  }
  /** What each number of y stands for: "age", "colour = red". */
  get features(): readonly string[] {
    return this.#dims.map(({ name }) => name);
  }
  /** Where each column that varies stands in y, in order. */
  get blocks(): readonly Block[] {
    return this.#columns.flatMap(({ kind }, column): Block[] => {
      if (kind === "constant") return [];
      const [start, end] = this.#span(column);
      const isOneHot = kind === "categorical" && this.#layout.categories === "onehot";
      if (isOneHot) return [{ kind: "one of", start, end }];
      const number: Block = { kind: "number", start, end: start + 1 };
      return end - start === 1 ? [number] : [number, { kind: "flag", start: end - 1, end }];
    });
  }
  get #hasGaps(): boolean {
    return this.#columns.some(hasGaps);
  }

  encode(x: Tensor, scope: Scope, options: EncodeOptions = {}): Encoded {
    checkRow(x, this.input, `table of ${this.#columns.length} columns`);
    if (!this.#hasGaps && this.#layout.gaps === "indicator") refuseMask(options, "table");
    const isGappy = this.#hasGaps || options.mask !== undefined;
    const known = isGappy ? (options.mask?.cast("f32").greater(0.5) ?? x.equal(x)) : undefined; //       [N, columns]
    const [shift, scale] = [scope.read(this.shift), scope.read(this.scale)];
    const values = this.#values(x, known); //                                                            [N, D]
    const centred = values.sub(shift);
    const how = options.dequantise === "middle" ? "middle" : scope;
    const { u } = drawNoise(this.#noise, centred, how);
    const logScale = scale.log().neg(); //                                                                [D]

    if (this.#noise === "none") return this.#closed(centred.div(scale), logScale, { known, scope, how });
    const h = vector(this.#dims.map(({ rounding }) => rounding));
    const width = this.#margin(values, { centred, shift }).mul(-2).add(1); //                             1 − 2δ
    const y = u.sub(0.5).mul(width).mul(h).add(centred).div(scale);
    const logWidth = width.log().add(vector(this.#dims.map((dim) => (dim.isDiscrete ? Math.log(dim.rounding) : 0))));
    return this.#closed(y, logWidth.add(logScale), { known, scope, how });
  }

  decode(y: Tensor): Tensor {
    checkRow(y, this.output, "table");
    const n = y.shape[0]!;
    const numbers = this.#numbers(y); // [N, D]
    const isIndicated = this.#layout.gaps === "indicator";
    const parts = this.#columns.map((column, i): Tensor => {
      if (column.kind === "constant") return full([n, 1], column.value, y.dtype);
      const [start, end] = this.#span(i);
      const first = numbers.slice(1, start, start + 1);
      if (column.kind === "categorical") {
        const index = this.#layout.categories === "onehot" ? largest(y.slice(1, start, end)) : first;
        return column.gaps && isIndicated
          ? index.greater(column.categories.length - 0.5).where(missing(index), index)
          : index;
      }
      if (!column.gaps || !isIndicated) return first;
      return numbers
        .slice(1, end - 1, end)
        .greater(0.5)
        .where(missing(first), first);
    });
    return concat(parts, 1); // [N, columns]
  }

  known(mask: Tensor): Tensor {
    const own = indices(this.#dims.map(({ column }) => column));
    const saysGap = flags(
      this.#dims.map(({ role, column, category }) => role === "gap" || this.#isMissing(column, category)),
    );
    return mask.gather(own, 1).maximum(saysGap.cast(mask.dtype)); // [N, D]
  }

  /** Values as they may be: of their kind, known where there are no gaps, categories and constants that were seen. */
  check(x: NdArray, options: CheckOptions = {}): void {
    checkTable(x, this.#columns, options);
  }

  describe(): CodecCard {
    const { categories, gaps } = this.#layout;
    const columns = this.#columns.map(columnText).join("; ");
    const missingText = this.#hasGaps ? "; NaN where missing" : "";
    const counts = this.#dims.some(({ isDiscrete }) => isDiscrete);
    const measure = counts ? "log-density over real columns and log-probability of the others" : "log-density";
    const isBound = this.#noise !== "none" && this.#dims.some(({ rounding }) => rounding > 0);
    return {
      x: `rows of ${this.#columns.length} numbers${missingText}: ${columns}`,
      logProb: `${measure}, in the units of the columns, in nats${isBound ? ": a lower bound in the mean over its noise" : ""}${counts && !isBound ? ", approximated by the density without noise" : ""}`,
      spec: { kind: "table", columns: this.#columns, noise: this.#noise, categories, gaps },
    };
  }

  /** The value of x that each number of y stands for, [N, D]; gaps are filled. */
  #values(x: Tensor, known: Tensor | undefined): Tensor {
    const { gaps } = this.#layout;
    const fill = this.#columns.map((column) => (countOf(column, gaps) === 0 ? 0 : countOf(column, gaps) - 1));
    const whole = known === undefined ? x : known.where(x, vector(fill));
    const own = indices(this.#dims.map(({ column }) => column));
    const spread = whole.gather(own, 1); //                                               [N, D]
    const has = (wanted: Dim["role"]): boolean => this.#dims.some(({ role }) => role === wanted);
    const are = (wanted: Dim["role"]): Tensor => flags(this.#dims.map(({ role }) => role === wanted));
    const category = vector(this.#dims.map((dim) => dim.category));
    const hot = has("is") ? are("is").where(spread.equal(category).cast(x.dtype), spread) : spread;
    if (known === undefined || !has("gap")) return hot;
    const isGap = known.not().cast(x.dtype).gather(own, 1);
    return are("gap").where(isGap, hot);
  }

  /** What f32 may get wrong between here and decoding, as a part of h: at most ¼. */
  #margin(values: Tensor, { centred, shift }: { readonly centred: Tensor; readonly shift: Tensor }): Tensor {
    const per = vector(this.#dims.map(({ rounding }) => (rounding === 0 ? 0 : (ROUNDINGS * ULP) / rounding)));
    // Decimals are not exact in f32: what they are off by counts as well.
    const decimal = vector(
      this.#dims.map(({ rounding }) => (rounding === 0 || Number.isInteger(rounding) ? 0 : ULP / rounding)),
    );
    const base = vector(this.#dims.map(({ rounding }) => (rounding === 0 ? 0 : 8 * ULP)));
    return centred
      .abs()
      .mul(per)
      .add(values.abs().add(shift.abs()).mul(decimal))
      .add(base)
      .minimum(0.25)
      .stopGradient();
  }

  /** Gaps filled as the layout says, and the terms of the log-determinant added up. */
  #closed(
    y: Tensor,
    terms: Tensor,
    {
      known,
      scope,
      how,
    }: { readonly known: Tensor | undefined; readonly scope: Scope; readonly how: Scope | "middle" },
  ): Encoded {
    if (known === undefined) return { y, logDet: sumRow(terms, y.shape) };
    const own = indices(this.#dims.map(({ column }) => column));
    const mask = known.cast(y.dtype).gather(own, 1); //                                   [N, D]
    if (this.#layout.gaps === "mask") return { y: y.mul(mask), logDet: sumRow(terms, y.shape, mask), mask };
    const stands = flags(this.#dims.map(({ role }) => role === "number")).and(mask.less(0.5)); // a gap's own number
    const e = how === "middle" ? full(y.shape, 0, y.dtype) : randomNormal(scope.nextKey(), y.shape).cast(y.dtype);
    const logNoise = e
      .square()
      .mul(-0.5)
      .sub(0.5 * Math.log(2 * Math.PI));
    return { y: stands.where(e, y), logDet: sumRow(stands.where(logNoise.neg(), terms.expand(y.shape)), y.shape) };
  }

  /** y in the units of x: on the lattice of each column that has one, and within the categories. */
  #numbers(y: Tensor): Tensor {
    const offset = y.mul(this.scale); //                                                  [N, D]
    const free = offset.add(this.shift);
    if (this.#dims.every(({ rounding }) => rounding === 0)) return free;
    const units = this.#dims.map(({ rounding }) => asFraction(rounding === 0 ? 1 : rounding));
    const top = vector(units.map((unit) => unit.top));
    const bottom = vector(units.map((unit) => unit.bottom));
    const perUnit = vector(units.map((unit) => unit.bottom / unit.top));
    const origin = this.shift.mul(perUnit).add(0.5).floor();
    const level = offset.mul(perUnit).add(0.5).floor().add(origin);
    const last = this.#dims.map(({ role, column }) =>
      role === "index" ? countOf(this.#columns[column]!, this.#layout.gaps) - 1 : Infinity,
    );
    const isBounded = last.some((end) => end !== Infinity);
    const first = last.map((end) => (end === Infinity ? -Infinity : 0));
    const kept = isBounded ? level.maximum(vector(first)).minimum(vector(last)) : level;
    return flags(this.#dims.map(({ rounding }) => rounding > 0)).where(kept.mul(top).div(bottom), free);
  }

  /** Whether a number of a column with categories says that there is none. */
  #isMissing(place: number, category: number): boolean {
    const column = this.#columns[place]!;
    return column.kind === "categorical" && category === column.categories.length;
  }

  /** Where the numbers of a column stand in y. */
  #span(column: number): [start: number, end: number] {
    const start = this.#dims.findIndex((dim) => dim.column === column);
    return [start, start + this.#dims.filter((dim) => dim.column === column).length];
  }
}

/** The place of the largest of some numbers, NaN if one of them is NaN: no category stands for a result that is none. */
function largest(y: Tensor): Tensor {
  const isNone = y.sum(1, { keepDims: true }).mul(0); // 0, or NaN
  return y.argMax(1, { keepDims: true }).cast(y.dtype).add(isNone);
}

function missing(like: Tensor): Tensor {
  return full(like.shape, NaN, like.dtype);
}
