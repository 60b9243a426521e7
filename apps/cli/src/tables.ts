/** @file Rows of tables for a model that was exported, and rows of a file that has its columns. */
import { GenError, isGenError, nearestName, type Card, type Dataset, type NdArray } from "@gen/core";
import type { Codec, ColumnInfo } from "@gen/core/codec";
import { csvRecords, csvTable } from "@gen/data/node";
import { originOf } from "./origin.js";
import { dividedRows, withGaps } from "./sources/views.js";

/** Columns that the model is conditioned on, by name. */
export function givenOf(card: Card): readonly string[] {
  const { given } = originOf(card).options;
  return typeof given === "string" ? given.split(",").map((word) => word.trim()) : [];
}

/** Rows of a table in the fields that an exported model takes: `x`, with NaN for gaps, and `context` for the columns that it is conditioned on. */
export function parted(rows: Dataset, columns: readonly ColumnInfo[] | undefined, card: Card): Dataset {
  const given = givenOf(card);
  if (given.length === 0 || columns === undefined) return withGaps(rows);
  const names = columns.map(({ name }) => name);
  const own = names.filter((name) => !given.includes(name));
  const places = (of: readonly string[]): number[] => of.map((name) => names.indexOf(name));
  return withGaps(dividedRows(rows, { x: places(own), context: places(given) }));
}

/**
 * The rows of a CSV file that has at least the columns of the data a model was trained on, in any order.
 *
 * @throws GenError `data` naming a column that is missing, and as `csvTable`
 */
export async function rowsLike(
  path: string,
  {
    columns,
    classes,
    label,
  }: { columns: readonly ColumnInfo[]; classes?: readonly string[]; label?: string | undefined },
): Promise<Dataset> {
  let first: readonly string[] = [];
  for await (const { fields } of csvRecords(path)) {
    first = fields.map((word) => word.trim());
    break;
  }
  const isNamed = columns.every(({ name }) => first.includes(name));
  const wanted = columns.map(({ name }) => name);
  if (!isNamed && first.length !== wanted.length) {
    const missing = wanted.find((name) => !first.includes(name))!;
    const near = nearestName(missing, first);
    throw new GenError("data", `${path}: expected a column "${missing}", got ${first.join(", ")}`, {
      fix: near === undefined ? "name the columns in the first line as in the training data" : `is it "${near}"?`,
    });
  }
  const names = isNamed ? first : wanted; //         a file without a header, with the columns in their order
  const declared = Object.fromEntries(
    columns.map(
      ({ name, kind, categories }) =>
        [name, { kind: kind === "integer" ? "real" : kind, ...(categories && { categories }) }] as const,
    ),
  );
  const isLabelled = label !== undefined && names.includes(label) && classes !== undefined;
  const table = await csvTable(path, {
    ...(isNamed ? {} : { names }),
    columns: { ...declared, ...(isLabelled ? { [label]: { kind: "categorical", categories: classes } } : {}) },
    omit: names.filter((name) => !wanted.includes(name) && !(isLabelled && name === label)),
    ...(isLabelled ? { label } : {}),
  });
  const order = wanted.map((name) => table.columns.findIndex((column) => column.name === name));
  return dividedRows(table, { x: order });
}

/** Rows that are looked at at once. */
const CHUNK = 1000;

/**
 * Looks at rows before a model is run on them, where graphs cannot complain.
 *
 * @throws GenError `data` naming the file, the row, counted from 1, and the column of a value that the model does not know
 */
export async function checkRows(rows: Dataset, codec: Codec, path: string): Promise<void> {
  for (let at = 0; at < rows.length; at += CHUNK) {
    const size = Math.min(CHUNK, rows.length - at);
    const { x } = await rows.rows(Array.from({ length: size }, (_, i) => at + i));
    checkValues(x!, codec, { path, first: at + 1 });
  }
}

/** The same of rows that follow each other in a file, from row `first` on. */
export function checkValues(
  x: NdArray,
  codec: Codec,
  { path, first }: { readonly path: string; readonly first: number },
): void {
  try {
    codec.check(x, { first });
  } catch (thrown) {
    if (!isGenError(thrown)) throw thrown;
    throw new GenError(thrown.code, `${path}: ${thrown.message}`, {
      fix: "the model gives such a value no probability: mend the row, or train on data with values like it",
      cause: thrown,
    });
  }
}
