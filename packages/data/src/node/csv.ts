/** @file Tables in CSV files: what their columns hold is found or declared, and their rows are read from any place. */
import { basename } from "node:path";
import { GenError, nearestName, type Rows } from "@gen/core";
import type { ColumnInfo } from "@gen/core/codec";
import { ColumnScan, type ColumnOptions } from "../column-scan.js";
import { checkRows } from "../dataset.js";
import type { TableDataset } from "../table.js";
import { csvRecords, type CsvFormat } from "./csv-records.js";
import { Packed } from "./packed.js";

export interface CsvOptions extends CsvFormat {
  /** Whether the first line names the columns. @default true, but false with `names` */
  readonly header?: boolean;
  /** Names of the columns, in place of those of a header. @default "column 1", … for a file without header */
  readonly names?: readonly string[];
  /** Words for a missing value. @default ["", "NA", "NaN"] */
  readonly gaps?: readonly string[];
  /** What stands before the decimals. @default "." */
  readonly decimal?: "." | ",";
  /** What is known of columns, by name; the rest is found in the whole file. */
  readonly columns?: Readonly<Record<string, ColumnOptions>>;
  /** Columns to leave out, such as numbers of rows. */
  readonly omit?: readonly string[];
  /** A categorical column that becomes the field `label`. */
  readonly label?: string;
  /** Most categories of a column; one with more words has to be declared or omitted. @default 1000 */
  readonly maxCategories?: number;
  /** Of rows that are kept in memory; more go to a temporary file. @default 2²⁸ */
  readonly memoryBytes?: number;
}

/**
 * The rows of a CSV file, gzipped or not. It is read twice, first to see what the columns hold, then to pack the numbers;
 * memory grows with neither its length nor its width.
 *
 * @throws GenError `file` or `format` as {@link csvRecords}, `data` naming line and column of a word that a column cannot
 *   hold, `option` for a column that is not there
 */
export async function csvTable(path: string, options: CsvOptions = {}): Promise<TableDataset> {
  const scans = await scan(path, options);
  const infos = scans.map((each) => each?.info());
  const labelled = infos.findIndex((info) => info?.name === options.label && info !== undefined);
  const classes = labelled < 0 ? undefined : classesOf(infos[labelled]!, path);
  const kept = infos.flatMap((info, i) => (info === undefined || i === labelled ? [] : [i]));
  if (kept.length === 0) throw new GenError("data", `${path}: expected columns, got none besides the label`);
  const order = labelled < 0 ? kept : [...kept, labelled];
  const packed = new Packed({
    dtype: "f32",
    ...(options.memoryBytes === undefined ? {} : { memoryBytes: options.memoryBytes }),
  });
  const skip = hasHeader(options) ? 1 : 0;
  const row = new Float32Array(order.length);
  let number = 0;
  for await (const { fields } of csvRecords(path, options)) {
    if (number++ < skip) continue;
    order.forEach((i, at) => (row[at] = scans[i]!.valueOf(fields[i]!)));
    const pending = packed.append(row);
    if (pending !== undefined) await pending;
  }
  await packed.close();
  const columns = kept.map((i) => infos[i]!);
  return packedTable(packed, { name: basename(path), columns, ...(classes === undefined ? {} : { classes }) });
}

/** First pass: what each column holds; undefined for those that are left out. */
async function scan(path: string, options: CsvOptions): Promise<(ColumnScan | undefined)[]> {
  const { gaps = ["", "NA", "NaN"], columns = {}, omit = [], label, decimal = ".", maxCategories = 1000 } = options;
  let scans: (ColumnScan | undefined)[] | undefined;
  for await (const { fields, line } of csvRecords(path, options)) {
    if (scans === undefined) {
      const names = namesOf(path, fields, options);
      for (const name of [...Object.keys(columns), ...omit, ...(label === undefined ? [] : [label])])
        known(path, name, names);
      const shared = { file: path, gaps: new Set(gaps), decimal, limit: maxCategories };
      scans = names.map((name) => {
        if (omit.includes(name)) return undefined;
        const declared = name === label ? ({ ...columns[name], kind: "categorical" } as const) : columns[name];
        return new ColumnScan({ ...shared, ...declared, name });
      });
      if (hasHeader(options)) continue;
    }
    for (const [i, each] of scans.entries()) each?.add(fields[i]!, line);
  }
  if (scans === undefined) throw new GenError("data", `${path}: expected rows, got an empty file`);
  return scans;
}

function hasHeader({ header, names }: CsvOptions): boolean {
  return header ?? names === undefined;
}

function namesOf(path: string, first: readonly string[], options: CsvOptions): readonly string[] {
  const { names = hasHeader(options) ? first.map((name) => name.trim()) : [] } = options;
  if (options.names !== undefined && names.length !== first.length) {
    throw new GenError("option", `${path}: names: expected ${first.length}, one for each column, got ${names.length}`);
  }
  if (
    options.names === undefined &&
    hasHeader(options) &&
    first.every((word) => word.trim() !== "" && Number.isFinite(Number(word)))
  ) {
    throw new GenError("data", `${path}: line 1: expected the names of the columns, got numbers`, {
      fix: "say header: false, or give the names of the columns",
    });
  }
  const all = first.map((_, i) => names[i] || `column ${i + 1}`);
  const twice = all.find((name, i) => all.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new GenError("data", `${path}: expected a name for each column, got "${twice}" twice`, {
      fix: "give `names`",
    });
  }
  return all;
}

function known(path: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  const near = nearestName(name, names);
  throw new GenError("option", `${path}: expected a column ${names.join(", ")}, got "${name}"`, {
    fix: near === undefined ? "name a column that is there" : `did you mean "${near}"?`,
  });
}

function classesOf({ name, gaps, categories }: ColumnInfo, path: string): readonly string[] {
  if (gaps !== true) return categories!;
  throw new GenError("data", `${path}: column "${name}": expected a label in each row, got gaps`, {
    fix: "take another column as label, or remove the rows without one",
  });
}

/** Packed rows [columns, then maybe a label], NaN for gaps, as a data set. */
function packedTable(packed: Packed<"f32">, about: Pick<TableDataset, "name" | "columns" | "classes">): TableDataset {
  const { name, columns, classes } = about;
  const width = columns.length;
  const stride = width + (classes === undefined ? 0 : 1);
  const length = packed.length / stride;
  if (length === 0) throw new GenError("data", `${name}: expected rows, got only a header`);
  const hasGaps = columns.some(({ gaps }) => gaps === true);
  const unpack = (rows: readonly Float32Array[]): Rows => {
    const n = rows.length;
    const x = new Float32Array(n * width);
    const mask = new Uint8Array(hasGaps ? n * width : 0);
    const label = Int32Array.from(classes === undefined ? [] : rows, (row) => row[width]!);
    rows.forEach((row, i) => {
      for (let c = 0; c < width; c++) {
        const isKnown = !Number.isNaN(row[c]!);
        x[i * width + c] = isKnown ? row[c]! : 0;
        if (hasGaps) mask[i * width + c] = isKnown ? 1 : 0;
      }
    });
    return {
      x: { dtype: "f32", shape: [n, width], data: x },
      ...(hasGaps ? { mask: { dtype: "u8", shape: [n, width], data: mask } } : {}),
      ...(classes === undefined ? {} : { label: { dtype: "i32", shape: [n], data: label } }),
    };
  };
  return {
    ...about,
    length,
    fields: {
      x: { dtype: "f32", shape: [width] },
      ...(hasGaps ? { mask: { dtype: "u8", shape: [width] } as const } : {}),
      ...(classes === undefined ? {} : { label: { dtype: "i32", shape: [] } as const }),
    },
    rows(indices): Rows | Promise<Rows> {
      checkRows(name, indices, length);
      if (packed.inMemory) return unpack(indices.map((row) => packed.at(row * stride, stride)));
      return Promise.all(indices.map((row) => packed.read(row * stride, stride))).then(unpack);
    },
  };
}
