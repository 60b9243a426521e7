/** @file Tables by name, and CSV files of the user, divided into fixed splits. */
import { existsSync } from "node:fs";
import { GenError, key, nearestName, type Key } from "@gen/core";
import type { ColumnOptions } from "../column-scan.js";
import type { Split } from "../dataset.js";
import { splitRows } from "../splits.js";
import type { TableDataset } from "../table.js";
import { csvTable, type CsvOptions } from "./csv.js";
import { obtain, type FetchOptions, type RemoteFile } from "./places.js";

/** A table that has a name. */
export interface TableEntry {
  readonly description: string;
  readonly licence: string;
  readonly citation: string;
  readonly file: RemoteFile;
  /** Columns in order, and what is known of them. */
  readonly columns: Readonly<Record<string, ColumnOptions>>;
  readonly label?: string;
}

const remote = (commit: string, name: string, rest: Omit<RemoteFile, "url">): RemoteFile => ({
  url: `https://raw.githubusercontent.com/ai-on-browser/ai-on-browser.github.io/${commit}/js/data/csv/${name}`,
  ...rest,
});
const people: ColumnOptions = { kind: "integer", unit: "in the block" };

/** Every table that {@link openTable} knows by name. */
export const tables = {
  houses: {
    description: "blocks of California in the census of 1990, 20,640 rows of 9 numbers",
    licence: "StatLib, freely usable",
    citation: "Pace & Barry 1997, Statistics & Probability Letters 33(3)",
    file: remote("f39b7b2fcd60000f01363166b2f4bf5991c57151", "houses.csv.gz", {
      bytes: 469_710,
      sha256: "4e2d5d90f2036d7e13c7b0b6475ae14119ed7222fb79cf9675007ec076f81b07",
    }),
    columns: {
      value: { kind: "real", unit: "US dollars, median of the block, capped" },
      income: { unit: "10,000 US dollars, median of the block" },
      age: { unit: "years, median of the block, capped" },
      rooms: people,
      bedrooms: people,
      population: people,
      households: people,
      latitude: { unit: "degrees north" },
      longitude: { unit: "degrees east" },
    },
  },
  "wine-quality": {
    description: "red wines of Portugal, what was measured and how they were judged, 1,599 rows of 12 numbers",
    licence: "CC BY 4.0 (UCI)",
    citation: "Cortez, Cerdeira, Almeida, Matos & Reis 2009, Decision Support Systems 47(4)",
    file: remote("31e20a16d26b26ca7fd8568f9f1abb451f42603b", "winequality-red.csv.gz", {
      bytes: 23_262,
      sha256: "d3b1e170c9f8cd2da42531a9e2075d4c3b9f9c0580c498053a75f434bba3a57f",
    }),
    columns: {
      "fixed acidity": { kind: "real", unit: "g/dm³ of tartaric acid" },
      "volatile acidity": { kind: "real", unit: "g/dm³ of acetic acid" },
      "citric acid": { kind: "real", unit: "g/dm³" },
      "residual sugar": { kind: "real", unit: "g/dm³" },
      chlorides: { kind: "real", unit: "g/dm³ of sodium chloride" },
      "free sulfur dioxide": { kind: "real", unit: "mg/dm³" },
      "total sulfur dioxide": { kind: "real", unit: "mg/dm³" },
      density: { kind: "real", unit: "g/cm³" },
      pH: { kind: "real" },
      sulphates: { kind: "real", unit: "g/dm³ of potassium sulphate" },
      alcohol: { kind: "real", unit: "% by volume" },
      quality: { kind: "integer", unit: "judged from 0 to 10" },
    },
  },
  iris: {
    description: "flowers of three kinds of iris, 150 rows of 4 lengths and a class",
    licence: "CC BY 4.0 (UCI)",
    citation: "Fisher 1936, Annals of Eugenics 7(2)",
    file: remote("31e20a16d26b26ca7fd8568f9f1abb451f42603b", "iris.data.gz", {
      bytes: 866,
      sha256: "2e1bafa13f74a364f98f92ff3a5b472f477b1e957ca543bdfe2001a7f672d79c",
    }),
    columns: {
      "sepal length": { unit: "cm" },
      "sepal width": { unit: "cm" },
      "petal length": { unit: "cm" },
      "petal width": { unit: "cm" },
      species: { kind: "categorical" },
    },
    label: "species",
  },
} as const satisfies Readonly<Record<string, TableEntry>>;

export type TableName = keyof typeof tables;

/** `dir`, `signal` and `onProgress` are for what is fetched, the others but `key` and the shares for files of one's own. */
export interface OpenTableOptions extends FetchOptions, CsvOptions {
  /** Which rows are in which split. @default key(0) */
  readonly key?: Key;
  /** Share of the rows. @default 0.1 */
  readonly valid?: number;
  /** Share of the rows. @default 0.1 */
  readonly test?: number;
}

const FETCHING = ["dir", "signal", "onProgress"] as const;
const READING = [
  "separator",
  "header",
  "names",
  "gaps",
  "decimal",
  "columns",
  "omit",
  "label",
  "maxCategories",
] as const;

/**
 * A table by name, or a CSV file, in splits that are the same each time.
 *
 * @param name a key of {@link tables}, or a path: what contains a slash or a dot, or is there
 * @throws GenError `option` for a name that is neither, with the nearest one, or for an option without effect; and as
 *   {@link csvTable}, {@link obtain} and {@link splitRows}
 */
export async function openTable(name: string, options: OpenTableOptions = {}): Promise<Record<Split, TableDataset>> {
  const { key: from = key(0), valid, test, ...rest } = options;
  const shares = { key: from, ...(valid === undefined ? {} : { valid }), ...(test === undefined ? {} : { test }) };
  if (Object.hasOwn(tables, name)) {
    refuse(name, options, READING);
    const entry: TableEntry = tables[name as TableName];
    const zipped = entry.file.url.slice(entry.file.url.lastIndexOf("/") + 1);
    const path = await obtain(
      { set: "tabular", names: [zipped, zipped.replace(/\.gz$/, "")], remote: entry.file },
      rest,
    );
    const { columns, label } = entry;
    const { memoryBytes } = options;
    const read: CsvOptions = {
      names: Object.keys(columns),
      columns,
      ...(label === undefined ? {} : { label }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    };
    return splitRows({ ...(await csvTable(path, read)), name }, shares);
  }
  if (/[/\\.]/.test(name) || existsSync(name)) {
    refuse(name, options, FETCHING);
    return splitRows(await csvTable(name, rest), shares);
  }
  const near = nearestName(name, Object.keys(tables));
  throw new GenError("option", `table: expected ${Object.keys(tables).join(", ")} or a CSV file, got "${name}"`, {
    fix: near === undefined ? `for a file of that name write ./${name}` : `did you mean "${near}"?`,
  });
}

/** An option that would have no effect is an error. */
function refuse(name: string, options: OpenTableOptions, idle: readonly (keyof OpenTableOptions)[]): void {
  const given = idle.find((option) => options[option] !== undefined);
  if (given === undefined) return;
  throw new GenError("option", `${name}: ${given}: expected no such option for this table, got one`, {
    fix: `leave out ${given}`,
  });
}
