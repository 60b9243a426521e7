/** @file `gen complete`: fills the gaps of a table, or goes on with pictures, through the exported files of a model. */
import { existsSync } from "node:fs";
import { join, resolve as resolvePath } from "node:path";
import { GenError, ndarray, type Dataset, type NdArray } from "@gen/core";
import type { Column } from "@gen/core/codec";
import { openFolder, writeAtomic, type ModelFolder } from "@gen/core/node";
import { csvTable, type CsvOptions } from "@gen/data/node";
import type { Context } from "../context.js";
import { modelFolder } from "../exported.js";
import { categoriesOf, columnsOf, csvText } from "../output/csv.js";
import { resolve, type GivenOptions } from "../schema/resolve.js";
import { defineOptions, type Schema } from "../schema/schema.js";
import { outputSection, type Command } from "./command.js";
import { completePictures, goesOn, pictureOptions } from "./complete-pictures.js";
import { only } from "./train.js";

const FILE = "complete.onnx";
/** Rows that are filled in at once. */
const CHUNK = 250;

const options = defineOptions({
  data: {
    kind: "path",
    required: true,
    description: "CSV file with gaps, its columns named as those of the model; or a folder of pictures",
  },
  to: { kind: "path", required: true, description: "CSV file to write; or .png, for pictures" },
  seed: { kind: "integer", default: 0, min: 0, description: "Where the draws come from" },
});
const tableOptions = defineOptions({
  rounds: {
    kind: "integer",
    min: 0,
    description: "Of a table, with latents: rounds of drawing what is missing, again and again; 20 unless given",
  },
  k: { kind: "integer", min: 1, description: "Of a table, with latents: draws that are weighed; 50 unless given" },
  steps: { kind: "integer", min: 1, description: "Of a table, by diffusion: steps of the sampler; 50 unless given" },
});
const every = defineOptions({ ...options.fields, ...tableOptions.fields, ...pictureOptions.fields });

export const completeCommand: Command = {
  name: "complete",
  summary: "Fill in what is missing in a table, or go on with pictures of which the upper part is given.",
  positionals: [{ name: "model", description: "the folder of a run, or of an exported model", required: true }],
  examples: [
    "gen complete runs/prices --data gaps.csv --to filled.csv",
    "gen complete runs/faces --data my-faces --keep 0.6 --to completed.png",
  ],
  sections: () => [{ title: "Options", schema: every }, outputSection],
  async run({ positionals, given }, context) {
    const shown = positionals[0]!;
    const { data, to, seed, ...how } = resolve(every, only(every, given), "gen complete");
    const model = await openFolder(modelFolder(resolvePath(context.cwd, shown), shown));
    if (model.card.files[FILE]?.inputs.some(({ name }) => name === "label") === true) {
      throw new GenError("option", "gen complete: expected a model without classes, got one that is conditional", {
        fix: "train it without --conditional, the class a column like the others",
      });
    }
    const isPictures = goesOn(model, FILE);
    refuse(isPictures ? tableOptions : pictureOptions, given, isPictures ? "a table" : "pictures");
    const path = resolvePath(context.cwd, to);
    if (isPictures) {
      const from = resolvePath(context.cwd, data);
      const count = await completePictures(model, FILE, { ...how, data: from, to: path, seed });
      context.output.result({ path, pictures: count }, `Went on with ${count} pictures, wrote ${path}`);
      return 0;
    }
    const columns = columnsOf(model.card.codec, join(model.path, "card.json"));
    if (columns === undefined || model.card.files[FILE] === undefined) {
      throw new GenError("option", `gen complete: expected a model of a table with ${FILE}, got ${model.card.name}`, {
        fix: "train one with gen train vae --data table.csv or gen train diffusion, or of pictures with gen train pixelcnn",
      });
    }
    const rows = await openRows(resolvePath(context.cwd, data), columns);
    const { filled, gaps } = await completed(model, rows, { ...how, seed, context });
    await writeAtomic(path, csvText(columns, filled));
    context.output.result(
      { path, rows: rows.length, gaps },
      `Filled ${gaps} gaps in ${rows.length} rows, wrote ${path}`,
    );
    return 0;
  },
};

/** @throws GenError `option` for an option that has an effect with another kind of model only */
function refuse({ fields }: Schema, given: GivenOptions, kind: string): void {
  for (const [name, { spelling }] of given) {
    if (!(name in fields)) continue;
    throw new GenError("option", `gen complete: expected ${spelling} only for a model of ${kind}, got it for another`, {
      fix: `leave out ${spelling}`,
    });
  }
}

/** The rows of a file, its columns in the order of the model, its words read as the model's categories. */
async function openRows(path: string, columns: readonly Column[]): Promise<Dataset> {
  if (!existsSync(path)) throw new GenError("file", `gen complete: ${path}: expected a CSV file, got none`);
  const known: CsvOptions["columns"] = Object.fromEntries(columns.map((column) => [column.name, optionsOf(column)]));
  const table = await csvTable(path, { columns: known });
  const order = columns.map(({ name }) => table.columns.findIndex((column) => column.name === name));
  const pick = (from: NdArray | undefined, n: number): NdArray =>
    ndarray(
      Float32Array.from({ length: n * order.length }, (_, i) => {
        const at = Math.floor(i / order.length) * table.columns.length + order[i % order.length]!;
        return from === undefined ? 1 : Number(from.data[at]);
      }),
      [n, order.length],
    );
  return {
    length: table.length,
    fields: { x: { dtype: "f32", shape: [order.length] }, mask: { dtype: "f32", shape: [order.length] } },
    rows: async (indices) => {
      const { x, mask } = await table.rows(indices);
      return { x: pick(x, indices.length), mask: pick(mask, indices.length) };
    },
  };
}

function optionsOf(column: Column): NonNullable<CsvOptions["columns"]>[string] {
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

const USUAL = { rounds: 20, k: 50, steps: 50 };

/** @throws GenError `option` for what the file does not take */
function effortOf({ card }: ModelFolder, given: Effort): Record<string, NdArray> {
  const feeds: Record<string, NdArray> = {};
  for (const name of ["rounds", "k", "steps"] as const) {
    const isTaken = card.files[FILE]!.inputs.some((input) => input.name === name);
    if (isTaken) feeds[name] = ndarray([given[name] ?? USUAL[name]], [], "i64");
    else if (given[name] !== undefined)
      throw new GenError("option", `gen complete: expected no --${name} for ${card.name}, got ${given[name]}`, {
        fix: `leave out --${name}`,
      });
  }
  return feeds;
}

async function completed(
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
      const { x, mask } = await rows.rows(Array.from({ length: size }, (_, i) => at + i));
      const inputs = { x: x!, mask: mask!, seed: int64(seed + at), ...effort };
      const { completed } = await session.run(inputs);
      for (const value of completed!.data) parts.push(Number(value));
      for (const known of mask!.data) gaps += Number(known) > 0.5 ? 0 : 1;
      output.progress({ step: at + size, steps: rows.length });
    }
  } finally {
    await session.close();
  }
  return { filled: ndarray(parts, [rows.length, rows.fields["x"]!.shape[0]!]), gaps };
}
