/** @file Rows of a table as CSV: categories by their names, gaps empty. */
import type { NdArray } from "@gen/core";
import { codecOf, Table, type Column, type ColumnInfo } from "@gen/core/codec";

/** The columns of a model of a table, by what its card says of its codec; undefined for another model. */
export function columnsOf(codec: unknown, file: string): readonly Column[] | undefined {
  if (codec === undefined) return undefined;
  const found = codecOf(codec, { file });
  return found instanceof Table ? found.columns : undefined;
}

/** What is known of a column that is written. */
type Written = Pick<ColumnInfo, "name" | "categories" | "rounding"> & { readonly kind: Column["kind"] };

/** @param rows [n, columns], as the files of a model give them */
export function csvText(columns: readonly Written[], { data }: NdArray): string {
  const lines = [columns.map(({ name }) => quoted(name))];
  for (let at = 0; at < data.length; at += columns.length) {
    lines.push(columns.map((column, i) => wordOf(column, Number(data[at + i]))));
  }
  return `${lines.map((words) => words.join(",")).join("\n")}\n`;
}

/** The words of a column of categories. */
export function categoriesOf(column: Written): readonly string[] | undefined {
  return column.kind === "categorical" || column.kind === "constant" ? column.categories : undefined;
}

function wordOf(column: Written, value: number): string {
  if (Number.isNaN(value)) return "";
  const categories = categoriesOf(column);
  if (categories !== undefined) return quoted(categories[value] ?? String(value));
  const { rounding = 0 } = column;
  // As short as f32 tells numbers apart; rounded ones without the digits of f32.
  return String(rounding === 0 ? Number(value.toPrecision(7)) : Number(value.toFixed(decimalsOf(rounding))));
}

function decimalsOf(rounding: number): number {
  return Math.min(10, Math.max(0, (String(rounding).split(".")[1] ?? "").length));
}

/** A word as a cell. */
export function quoted(word: string): string {
  return /[",\r\n]|^\s|\s$/.test(word) ? `"${word.replaceAll('"', '""')}"` : word;
}
