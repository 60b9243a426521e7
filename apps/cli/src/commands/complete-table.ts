/** @file Gaps of a table filled in through the exported files of a model. */
import { existsSync } from "node:fs";
import { GenError, ndarray, type Dataset, type NdArray } from "@gen/core";
import type { Column, ColumnInfo } from "@gen/core/codec";
import type { ModelFolder } from "@gen/core/node";
import { csvTable, type CsvOptions } from "@gen/data/node";
import { usualSteps } from "../conditions.js";
import type { Context } from "../context.js";
import { categoriesOf } from "../output/csv.js";

const FILE = "complete.onnx";
/** Rows that are filled in at once. */
const CHUNK = 250;

interface TableParts {
  /** Of the model. */
  readonly columns: readonly Column[];
  /** What it is conditioned on. */
  readonly conditions: readonly ColumnInfo[];
}

/**
 * The rows of a file as x, whose gaps hold anything that the model knows, mask and context; its columns in the order of the
 * model, its words read as the model's categories.
 */
export async function openRows(path: string, { columns, conditions }: TableParts): Promise<Dataset> {
  if (!existsSync(path)) throw new GenError("file", `gen complete: ${path}: expected a CSV file, got none`);
  const wanted = [...columns, ...conditions];
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
  const array = (values: readonly number[], width: number): NdArray =>
    ndarray([...values], [values.length / width, width]);
  const field = (width: number) => ({ dtype: "f32", shape: [width] }) as const;
  const [D, C] = [columns.length, conditions.length];
  return {
    length: table.length,
    fields: { x: field(D), mask: field(D), ...(C > 0 && { context: field(C) }) },
    rows: async (indices) => {
      const own = await cells(indices, columns);
      const given = await cells(indices, conditions);
      const gap = given.isKnown.indexOf(false);
      if (gap >= 0)
        throw new GenError(
          "data",
          `gen complete: ${path}: row ${indices[Math.floor(gap / C)]! + 1}, column "${conditions[gap % C]!.name}": expected a value, on which the others are conditioned, got none`,
        );
      const anything = columns.map((column) => (column.kind === "constant" ? column.value : 0));
      return {
        x: array(
          own.values.map((v, i) => (own.isKnown[i]! ? v : anything[i % D]!)),
          D,
        ),
        mask: array(own.isKnown.map(Number), D),
        ...(C > 0 && { context: array(given.values, C) }),
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
export function effortOf({ card }: ModelFolder, given: Effort): Record<string, NdArray> {
  const feeds: Record<string, NdArray> = {};
  const usual = { ...USUAL, steps: usualSteps(card) };
  for (const name of ["rounds", "k", "steps"] as const) {
    const isTaken = card.files[FILE]!.inputs.some((input) => input.name === name);
    if (isTaken) feeds[name] = ndarray([given[name] ?? usual[name]], [], "i64");
    else if (given[name] !== undefined)
      throw new GenError("option", `gen complete: expected no --${name} for ${card.name}, got ${given[name]}`, {
        fix: `leave out --${name}`,
      });
  }
  return feeds;
}

export async function completed(
  model: ModelFolder,
  rows: Dataset,
  { seed, context: { output, signal }, ...given }: Effort & { readonly seed: number; readonly context: Context },
): Promise<{ filled: NdArray; gaps: number }> {
  const session = await model.open(FILE);
  const int64 = (value: number): NdArray => ndarray([value], [], "i64");
  const effort = effortOf(model, given);
  const parts: number[] = [];
  let gaps = 0;
  try {
    for (let at = 0; at < rows.length; at += CHUNK) {
      signal.throwIfAborted();
      const size = Math.min(CHUNK, rows.length - at);
      const { mask, ...rest } = await rows.rows(Array.from({ length: size }, (_, i) => at + i));
      const inputs = { ...rest, mask: mask!, seed: int64(seed + at), ...effort };
      const { completed } = await session.run(inputs);
      for (let i = 0; i < size; i++)
        parts.push(...rowOf(completed!, i), ...(rest["context"] ? rowOf(rest["context"], i) : []));
      for (const known of mask!.data) gaps += Number(known) > 0.5 ? 0 : 1;
      output.progress({ step: at + size, steps: rows.length });
    }
  } finally {
    await session.close();
  }
  return { filled: ndarray(parts, [rows.length, parts.length / rows.length]), gaps };
}

function rowOf({ data, shape }: NdArray, i: number): number[] {
  const width = shape[1]!;
  return Array.from(data.slice(i * width, (i + 1) * width), Number);
}
