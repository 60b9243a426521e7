/** @file Which numbers of y stand for which column of a table, and the constants that encoding them takes. */
import { ndarray } from "../ndarray.js";
import { constant, type Tensor } from "../tensor/tensor.js";
import { hasGaps, type Column } from "./column.js";
import { asFraction } from "./lattice.js";

export interface LayoutOptions {
  /** A number for each category, or the index as one number. */
  readonly categories: "onehot" | "index";
  /** Gaps as a number of their own, or left to the model with a mask. */
  readonly gaps: "indicator" | "mask";
}

/** One number of y. */
export interface Dim {
  /** Index of its column in x. */
  readonly column: number;
  /** What it holds: a number, a category's index, whether it is category `category`, whether the column is missing. */
  readonly role: "number" | "index" | "is" | "gap";
  readonly category: number;
  /** "age", "colour = red", "age is missing" */
  readonly name: string;
  /** Where y is 0, in the units of x: on the lattice, if there is one. */
  readonly shift: number;
  readonly scale: number;
  /** Width of a level; 0 for real numbers that were not rounded. */
  readonly rounding: number;
  /** Whether log p counts it as a probability, not as a density. */
  readonly isDiscrete: boolean;
}

/** The numbers of y, column by column in the order of x; constant columns have none. */
export function dimsOf(columns: readonly Column[], { categories, gaps }: LayoutOptions): Dim[] {
  return columns.flatMap((column, i): Dim[] => {
    if (column.kind === "constant") return [];
    const flag = (role: "is" | "gap", category: number, name: string): Dim => ({
      ...{ column: i, role, category, name },
      ...{ shift: 0, scale: 1, rounding: 1, isDiscrete: true },
    });
    const indicated = hasGaps(column) && gaps === "indicator";
    if (column.kind === "categorical") {
      const names = indicated ? [...column.categories, "missing"] : column.categories;
      if (categories === "onehot") return names.map((name, k) => flag("is", k, `${column.name} = ${name}`));
      const [shift, scale] = [Math.floor((names.length - 1) / 2), names.length / Math.sqrt(12)];
      return [{ ...flag("is", 0, column.name), role: "index", shift, scale }];
    }
    const { kind, name, mean, std, rounding } = column;
    const { top, bottom } = asFraction(rounding === 0 ? 1 : rounding);
    const shift = rounding === 0 ? mean : (Math.round((mean * bottom) / top) * top) / bottom;
    const number: Dim = {
      ...{ column: i, role: "number", category: 0, name },
      ...{ shift, scale: std, rounding, isDiscrete: kind === "integer" },
    };
    return indicated ? [number, flag("gap", 0, `${name} is missing`)] : [number];
  });
}

/** Number of values that a category column's index takes, a gap's included. */
export function countOf(column: Column, gaps: LayoutOptions["gaps"]): number {
  if (column.kind !== "categorical") return 0;
  return column.categories.length + (column.gaps && gaps === "indicator" ? 1 : 0);
}

/** One number for each dim, as a constant that broadcasts over rows: [D]. */
export function vector(values: readonly number[]): Tensor {
  return constant(ndarray(values));
}

/** Indices as a constant. */
export function indices(values: readonly number[]): Tensor {
  return constant(ndarray(values, [values.length], "i32"));
}

/** One flag for each dim, [D] bool. */
export function flags(values: readonly boolean[]): Tensor {
  return constant(ndarray(values, [values.length], "bool"));
}
