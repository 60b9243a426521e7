/** @file Columns of a table: what is known of one before its numbers are seen, and what was learned from them. */
import { singleText } from "../dtype.js";

/** What a file says of a column, or a person. */
export interface ColumnInfo {
  readonly name: string;
  /** Real: any number. Integer: whole. Categorical: an index into `categories`. */
  readonly kind: "real" | "integer" | "categorical";
  /** What its numbers are multiples of, as they were rounded; 0 if they were not. @default found in the data; 1 for integers */
  readonly rounding?: number;
  /** In the order of their indices; for categorical columns. */
  readonly categories?: readonly string[];
  /** Whether values may be missing. @default false */
  readonly gaps?: boolean;
  /** In words: "US dollars". */
  readonly unit?: string;
}

interface Named {
  readonly name: string;
  readonly unit?: string;
}

/** A column of numbers, and what the training rows say of it. */
export interface NumberColumn extends Named {
  readonly kind: "real" | "integer";
  readonly gaps: boolean;
  /** 0 for real numbers that were not rounded. */
  readonly rounding: number;
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly std: number;
}

export interface CategoryColumn extends Named {
  readonly kind: "categorical";
  readonly gaps: boolean;
  readonly categories: readonly string[];
}

/** A column with the same value in every training row: the model does not see it, decoding restores it. */
export interface ConstantColumn extends Named {
  readonly kind: "constant";
  readonly value: number;
  /** If it is a category. */
  readonly categories?: readonly string[];
}

export type Column = NumberColumn | CategoryColumn | ConstantColumn;

export function hasGaps(column: Column): boolean {
  return column.kind !== "constant" && column.gaps;
}

/** One line about a column. */
export function columnText(column: Column): string {
  const unit = column.unit === undefined ? "" : ` ${column.unit}`;
  const gaps = hasGaps(column) ? ", may be missing" : "";
  switch (column.kind) {
    case "real":
    case "integer": {
      const steps = column.rounding === 0 ? "real" : `multiples of ${column.rounding}`;
      return `${column.name} (${steps}, ${singleText(column.low)} to ${singleText(column.high)}${unit}${gaps})`;
    }
    case "categorical": {
      const { categories } = column;
      const more = categories.length > 4 ? ", …" : "";
      const first = categories.slice(0, 4).map((name, i) => `${i} = ${name}`);
      return `${column.name} (one of ${categories.length}: ${first.join(", ")}${more}${gaps})`;
    }
    case "constant":
      return `${column.name} (always ${singleText(column.value)}${unit})`;
  }
}
