/** @file Gaps of a table filled in through the exported files of a model. */
import { existsSync } from "node:fs";
import { GenError, ndarray, type Dataset, type NdArray } from "@gen/core";
import type { Column, ColumnInfo } from "@gen/core/codec";
import type { ModelFolder } from "@gen/core/node";
import { csvTable, type CsvOptions } from "@gen/data/node";
import { classNumber, told } from "../conditions.js";
import type { Context } from "../context.js";
import { originOf } from "../origin.js";
import { categoriesOf } from "../output/csv.js";

const WHERE = "gen complete";
/** Rows that are filled in at once. */
const CHUNK = 250;

interface TableParts {
  /** Of the model. */
  readonly columns: readonly Column[];
  /** What it is conditioned on. */
  readonly conditions: readonly ColumnInfo[];
  /** Of a model with classes. */
  readonly label?: LabelParts;
}

/** Which class rows have: all of them the same, or what a column says. */
export interface LabelParts {
  readonly one?: number;
  readonly column?: ColumnInfo;
}

/**
 * Where the class of a row comes from; nowhere for a model without classes.
 *
 * @throws GenError `option` for a class that the model does not have, or if it neither is asked for nor was a column
 */
export function labelOf({ card }: ModelFolder, file: string, label: string | undefined): LabelParts | undefined {
  if (!card.files[file]!.inputs.some(({ name }) => name === "label")) {
    if (label === undefined) return undefined;
    throw new GenError("option", `${WHERE}: expected --label only for a model with classes, got it for ${card.name}`, {
      fix: "leave out --label",
    });
  }
  const { classes = [], options } = originOf(card);
  const { label: column } = options;
  if (label === undefined && typeof column === "string")
    return { column: { name: column, kind: "categorical", categories: classes } };
  return { one: classNumber(card, label, WHERE) };
}

/**
 * The rows of a file as x, whose gaps hold anything that the model knows, mask and context; its columns in the order of the
 * model, its words read as the model's categories.
 */
export async function openRows(path: string, { columns, conditions, label }: TableParts): Promise<Dataset> {
  if (!existsSync(path)) throw new GenError("file", `${WHERE}: ${path}: expected a CSV file, got none`);
  const classColumn = label?.column === undefined ? [] : [label.column];
  const wanted = [...columns, ...conditions, ...classColumn];
  const known: CsvOptions["columns"] = Object.fromEntries(wanted.map((column) => [column.name, optionsOf(column)]));
  const table = await csvTable(path, { columns: known });
  const placeOf = ({ name }: { readonly name: string }): number =>
    table.columns.findIndex((other) => other.name === name);
  const cells = async (indices: readonly number[], of: readonly (Column | ColumnInfo)[]) => {
    const { x, mask } = await table.rows(indices);
    const at = (i: number, column: number): number => i * table.columns.length + placeOf(of[column]!);
    const every = <T>(value: (i: number, column: number) => T): T[] =>
      indices.flatMap((_, i) => of.map((__, column) => value(i, column)));
    return {
      isKnown: every((i, column) => mask === undefined || Number(mask.data[at(i, column)]) > 0.5),
      values: every((i, column) => Number(x!.data[at(i, column)])),
    };
  };
  /** Cells of which none may be empty. */
  const certain = async (indices: readonly number[], of: readonly ColumnInfo[]): Promise<number[]> => {
    const { isKnown, values } = await cells(indices, of);
    const gap = isKnown.indexOf(false);
    if (gap < 0) return values;
    throw new GenError(
      "data",
      `${WHERE}: ${path}: row ${indices[Math.floor(gap / of.length)]! + 1}, column "${of[gap % of.length]!.name}": expected a value, on which the others are conditioned, got none`,
    );
  };
  const array = (values: readonly number[], width: number): NdArray =>
    ndarray([...values], [values.length / width, width]);
  const field = (width: number) => ({ dtype: "f32", shape: [width] }) as const;
  const [D, C] = [columns.length, conditions.length];
  return {
    length: table.length,
    fields: {
      x: field(D),
      mask: field(D),
      ...(C > 0 && { context: field(C) }),
      ...(label && { label: { dtype: "i32", shape: [] } }),
    },
    rows: async (indices) => {
      const own = await cells(indices, columns);
      const given = await certain(indices, conditions);
      const classes = label?.one === undefined ? await certain(indices, classColumn) : indices.map(() => label.one!);
      const anything = columns.map((column) => (column.kind === "constant" ? column.value : 0));
      return {
        x: array(
          own.values.map((v, i) => (own.isKnown[i]! ? v : anything[i % D]!)),
          D,
        ),
        mask: array(own.isKnown.map(Number), D),
        ...(C > 0 && { context: array(given, C) }),
        ...(label && { label: ndarray(classes, [indices.length], "i32") }),
      };
    },
  };
}

function optionsOf(column: Column | ColumnInfo): NonNullable<CsvOptions["columns"]>[string] {
  const categories = categoriesOf(column);
  if (categories !== undefined) return { kind: "categorical", categories };
  return { kind: column.kind === "integer" ? "integer" : "real" };
}

/** How much is done for a row; which of these there are depends on the family. */
interface Effort {
  readonly rounds?: number | undefined;
  readonly k?: number | undefined;
  readonly steps?: number | undefined;
}

const USUAL = { rounds: 20, k: 50 };

/** @throws GenError `option` for what the file does not take */
function effortOf({ card }: ModelFolder, file: string, given: Effort): Record<string, NdArray> {
  const feeds: Record<string, NdArray> = {};
  for (const name of ["rounds", "k"] as const) {
    const isTaken = card.files[file]!.inputs.some((input) => input.name === name);
    if (isTaken) feeds[name] = ndarray([given[name] ?? USUAL[name]], [], "i64");
    else if (given[name] !== undefined)
      throw new GenError("option", `${WHERE}: expected no --${name} for ${card.name}, got ${given[name]}`, {
        fix: `leave out --${name}`,
      });
  }
  return feeds;
}

interface CompletedOptions extends Effort {
  /** Of the model: what completes. */
  readonly file: string;
  readonly seed: number;
  /** Fields of the rows whose cells are written beside those of x. */
  readonly beside: readonly string[];
  readonly context: Context;
}

export async function completed(
  model: ModelFolder,
  rows: Dataset,
  { file, seed, beside, context: { output, signal }, steps, ...given }: CompletedOptions,
): Promise<{ filled: NdArray; gaps: number }> {
  const session = await model.open(file);
  const int64 = (value: number): NdArray => ndarray([value], [], "i64");
  const effort = effortOf(model, file, given);
  const parts: number[] = [];
  let gaps = 0;
  try {
    for (let at = 0; at < rows.length; at += CHUNK) {
      signal.throwIfAborted();
      const size = Math.min(CHUNK, rows.length - at);
      const { x, mask, ...condition } = await rows.rows(Array.from({ length: size }, (_, i) => at + i));
      const how = told(model.card, { n: size, file, where: WHERE, steps, rows: condition });
      const { completed } = await session.run({ x: x!, mask: mask!, seed: int64(seed + at), ...how, ...effort });
      const written = [completed!, ...beside.flatMap((field) => condition[field] ?? [])];
      for (let i = 0; i < size; i++) parts.push(...written.flatMap((array) => rowOf(array, i)));
      for (const known of mask!.data) gaps += Number(known) > 0.5 ? 0 : 1;
      output.progress({ step: at + size, steps: rows.length });
    }
  } finally {
    await session.close();
  }
  return { filled: ndarray(parts, [rows.length, parts.length / rows.length]), gaps };
}

function rowOf({ data, shape }: NdArray, i: number): number[] {
  const [, width = 1] = shape;
  return Array.from(data.slice(i * width, (i + 1) * width), Number);
}
