/** @file Tables: CSV files of the user, and those that have a name. */
import { basename } from "node:path";
import type { ColumnInfo } from "@gen/core/codec";
import { openTable, tables, type OpenTableOptions, type TableEntry } from "@gen/data/node";
import { defineDataSource, type DataSource } from "../data-source.js";
import { showBytes, showCount } from "../output/format.js";
import type { Splits } from "../recipe.js";
import { defineOptions } from "../schema/schema.js";

/** Is this a CSV file, by its name? */
export function isTable(data: string): boolean {
  return /\.(csv|tsv)(\.gz)?$/i.test(data);
}

export const tableSource = defineDataSource({
  name: "table",
  summary: "Rows of a CSV file: give its path, as in --data prices.csv; what its columns hold is found in them",
  options: defineOptions({
    separator: {
      kind: "choice",
      choices: [",", ";", "tab"],
      description: "What stands between the columns; found in the first line unless given",
    },
    decimal: { kind: "choice", choices: [".", ","], default: ".", description: "What stands before the decimals" },
    label: { kind: "string", description: "Column that is the class of a row" },
    omit: { kind: "string", description: "Columns to leave out, with commas between them" },
  }),
  async open({ separator, decimal, label, omit }, { data, ...context }) {
    const splits = await open(data, {
      decimal,
      ...(separator === undefined ? {} : { separator: separator === "tab" ? "\t" : separator }),
      ...(label === undefined ? {} : { label }),
      ...(omit === undefined ? {} : { omit: omit.split(",").map((name) => name.trim()) }),
    });
    for (const column of splits.columns ?? []) noteMixed(column, (text) => context.note(text));
    return splits;
  },
});

/** A word too many makes categories of a column of numbers: what nobody may have meant is said. */
function noteMixed({ name, categories = [] }: ColumnInfo, note: (text: string) => void): void {
  const words = categories.filter((word) => !Number.isFinite(Number(word.replace(",", "."))));
  if (words.length === 0 || 2 * words.length >= categories.length) return;
  const some = words.slice(0, 3).join(", ");
  note(`column "${name}" is taken for ${categories.length} categories, since not all are numbers: ${some}`);
}

/** One source for each table that has a name. */
export const tableSources: readonly DataSource[] = Object.entries(tables).map(([name, entry]: [string, TableEntry]) =>
  defineDataSource({
    name,
    summary: entry.description,
    options: defineOptions({
      dataDir: {
        kind: "path",
        description: "Folder that has the files already; otherwise GEN_DATA_DIR, or they are fetched once",
      },
    }),
    async open({ dataDir }, { signal, ...context }) {
      let isTold = false;
      const onProgress = ({ file, total }: { readonly file: string; readonly total: number | undefined }): void => {
        if (!isTold) context.note(`fetching ${file}${total === undefined ? "" : `, ${showBytes(total)}`}`);
        isTold = true;
      };
      const fetching = { signal, onProgress, ...(dataDir === undefined ? {} : { dir: dataDir }) };
      return { ...(await open(name, fetching)), licence: entry.licence };
    },
  }),
);

async function open(name: string, options: OpenTableOptions): Promise<Splits> {
  const { train, valid, test } = await openTable(name, options);
  const { columns, classes } = train;
  return {
    train,
    validation: valid,
    test,
    about: `${basename(name)}, ${showCount(train.length)} rows of ${columns.length} columns`,
    columns,
    ...(classes === undefined ? {} : { classes }),
  };
}
