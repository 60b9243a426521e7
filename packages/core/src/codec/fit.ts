/** @file Codecs learned from rows that pass by once: float64, exact over any number of rows, constant memory. */
import { GenError } from "../error.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { sizeOf, type Shape } from "../shape.js";
import type { Dataset, Rows } from "../train/data.js";
import type { Codec } from "./codec.js";
import { ColumnFit } from "./column-fit.js";
import type { ColumnInfo } from "./column.js";
import { Standardise } from "./elementwise.js";
import { Moments } from "./moments.js";
import { Table, type TableOptions } from "./table.js";

/** Rows that are read at once. */
const CHUNK = 4096;

export interface FitTableOptions extends Omit<TableOptions, "columns"> {
  /** What is known of the columns; without it each is a number, whole if all its values are. */
  readonly columns?: readonly ColumnInfo[];
  /** Name of the field with the rows, [columns]. @default "x" */
  readonly field?: string;
  /** Name of the field that is 1 where a value is known; without such a field NaN is a gap. @default "mask" */
  readonly mask?: string;
}

/**
 * The codec of a table, learned from the rows of a training split. Columns of one value become constant, rounding units
 * are found where they are not given.
 *
 * @throws GenError `data` naming row and column of a value that cannot be, or the column that has none; `shape` for
 *   rows of another width
 */
export async function fitTable(data: Dataset, options: FitTableOptions = {}): Promise<Table> {
  const { columns, field = "x", mask = "mask", ...layout } = options;
  const { shape } = fieldOf(data, field);
  const width = shape[0] ?? 0;
  if (shape.length !== 1 || (columns !== undefined && columns.length !== width)) {
    const wanted = columns === undefined ? "numbers in a row" : `${columns.length} numbers in a row, one a column`;
    throw new GenError("shape", `fitTable: expected ${wanted}, got "${field}" of shape [${shape.join(", ")}]`);
  }
  const fits = Array.from({ length: width }, (_, i) => new ColumnFit(columns?.[i], `column ${i + 1}`));
  const masked = data.fields[mask] !== undefined;
  for await (const { rows, first } of chunks(data)) {
    const x = rows[field]!.data;
    const known = masked ? rows[mask]!.data : undefined;
    for (let at = 0; at < x.length; at++) {
      const value = Number(x[at]);
      const isKnown = known === undefined ? !Number.isNaN(value) : Number(known[at]) > 0.5;
      fits[at % width]!.add(value, { isKnown, row: first + Math.floor(at / width) });
    }
  }
  return new Table({ ...layout, columns: fits.map((fit) => fit.column()) });
}

export interface FitStandardiseOptions {
  /** @default "x" */
  readonly field?: string;
  /** What shares a mean and a deviation: each number alone, a channel [C, …] of pictures, or all. @default "number" */
  readonly per?: "number" | "channel" | "row";
}

/**
 * Moments of the rows of a training split. Bytes count as intensities, byte / 255, as everywhere: the codec stands after
 * `Intensities`.
 *
 * @throws GenError `data` for a number that is not finite, or for what never varies, naming it
 */
export async function fitStandardise(
  data: Dataset,
  { field = "x", per = "number" }: FitStandardiseOptions = {},
): Promise<Standardise> {
  const { shape, dtype } = fieldOf(data, field);
  const moments: Shape =
    per === "number" ? shape : per === "channel" ? shape.map((n, i) => (i === 0 ? n : 1)) : shape.map(() => 1);
  const count = sizeOf(moments);
  const size = sizeOf(shape);
  const found = Array.from({ length: count }, () => new Moments());
  const share = per === "number" ? 1 : size / count;
  const unit = dtype === "u8" ? 255 : 1;
  for await (const { rows, first } of chunks(data)) {
    const x = rows[field]!.data;
    for (let at = 0; at < x.length; at++) {
      const value = Number(x[at]) / unit;
      if (!Number.isFinite(value)) {
        const where = `row ${first + Math.floor(at / size)}, number ${at % size} of "${field}"`;
        throw new GenError("data", `fitStandardise: ${where}: expected a finite number, got ${value}`);
      }
      found[Math.floor((at % size) / share)]!.add(value);
    }
  }
  const still = found.findIndex(({ std }) => !(std > 0));
  if (still >= 0) {
    throw new GenError(
      "data",
      `fitStandardise: ${per} ${still}: expected numbers that vary, got ${found[still]!.low} in each row`,
      {
        fix:
          per === "number"
            ? 'leave it out, or let numbers share their moments: per "channel" or "row"'
            : "check the data",
      },
    );
  }
  const array = (of: (m: Moments) => number): NdArray => ndarray(found.map(of), moments);
  return new Standardise({ shape, mean: array(({ mean }) => mean), std: array(({ std }) => std) });
}

export interface CheckedOptions {
  /** @default "x" */
  readonly field?: string;
  /** @default "mask" */
  readonly mask?: string;
}

/** The same data set, whose rows the codec has looked at: a value that cannot be is an error where it is read. */
export function checked(data: Dataset, codec: Codec, { field = "x", mask = "mask" }: CheckedOptions = {}): Dataset {
  fieldOf(data, field);
  const look = (rows: Rows, indices: readonly number[]): Rows => {
    try {
      codec.check(rows[field]!, { mask: rows[mask] });
    } catch (thrown) {
      // Rows come in any order: which one it is takes a second look.
      for (const [i, index] of indices.entries()) {
        const one = (array: NdArray | undefined): NdArray | undefined => array && rowOf(array, i);
        codec.check(one(rows[field])!, { mask: one(rows[mask]), first: index });
      }
      throw thrown;
    }
    return rows;
  };
  return {
    length: data.length,
    fields: data.fields,
    rows: (indices) => {
      const rows = data.rows(indices);
      return rows instanceof Promise ? rows.then((each) => look(each, indices)) : look(rows, indices);
    },
  };
}

function rowOf({ dtype, shape, data }: NdArray, i: number): NdArray {
  const size = sizeOf(shape.slice(1));
  return { dtype, shape: [1, ...shape.slice(1)], data: data.slice(i * size, (i + 1) * size) };
}

function fieldOf(data: Dataset, field: string): Dataset["fields"][string] {
  const found = data.fields[field];
  if (found !== undefined && data.length > 0) return found;
  const got = found === undefined ? Object.keys(data.fields).join(", ") || "no fields" : "an empty data set";
  throw new GenError("data", `codec: expected rows with a field "${field}", got ${got}`);
}

/** All rows in order, some at a time. */
async function* chunks(data: Dataset): AsyncGenerator<{ readonly rows: Rows; readonly first: number }> {
  for (let first = 0; first < data.length; first += CHUNK) {
    const count = Math.min(CHUNK, data.length - first);
    yield { rows: await data.rows(Array.from({ length: count }, (_, i) => first + i)), first };
  }
}
