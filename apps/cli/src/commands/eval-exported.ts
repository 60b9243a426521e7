/** @file `gen eval` of a folder that holds nothing but an exported model: log p(x) through its own logprob.onnx. */
import { GenError, sizeOf } from "@gen/core";
import { openFolder } from "@gen/core/node";
import type { Context, World } from "../context.js";
import { originOf } from "../origin.js";
import { logProbs } from "../log-prob.js";
import type { Quantity } from "../report/about.js";
import type { Section } from "../schema/help.js";
import { resolve, type GivenOptions } from "../schema/resolve.js";
import { defineOptions, mergeSchemas, select } from "../schema/schema.js";
import { parted } from "../tables.js";
import { absolute, placeOf, sourceOf } from "../train/plan.js";
import { showMetrics } from "../train/train.js";

const options = defineOptions({
  data: { kind: "string", description: "What to measure on: a name, or a folder; what it was trained on unless given" },
  split: { kind: "choice", choices: ["validation", "test"], default: "test", description: "Rows to measure on" },
  rows: { kind: "integer", min: 1, description: "Measure on so many of them only; all unless given" },
  k: { kind: "integer", default: 100, min: 1, description: "Draws of z for each row; papers use 5000" },
  seed: { kind: "integer", default: 0, min: 0, description: "Where the draws come from" },
});

const quantities: Readonly<Record<string, Quantity>> = {
  logProb: { label: "−log p(x), through logprob.onnx", unit: "nats" },
  bitsPerDim: { label: "−log p(x), through logprob.onnx", unit: "bits/dim" },
};

/** The options of the command, and of the data that the card names or that `--data` asks for. */
export async function exportedSections(path: string, data: string | undefined, world: World): Promise<Section[]> {
  const source = sourceOf(await dataOf(path, data), world);
  return [
    { title: "Options", schema: options },
    { title: `The data: ${source.name}`, schema: source.options },
  ];
}

/** @throws GenError `option` for a model without logprob.onnx, `shape` for data of another shape */
export async function evalExported(path: string, given: GivenOptions, context: Context): Promise<number> {
  const asked = given.get("data")?.value;
  const data = await dataOf(path, typeof asked === "string" ? asked : undefined);
  const source = sourceOf(data, context);
  const schema = mergeSchemas([options, source.options]);
  const stated = new Map([...given].filter(([name]) => name in schema.fields));
  const resolved = absolute(schema, resolve(schema, stated, "gen eval"), context.cwd);
  const { split, rows, ...how } = select(options, resolved);
  const { output, signal, cwd } = context;
  const splits = await source.open(select(source.options, resolved), {
    data: placeOf(data, cwd),
    signal,
    note: (text) => output.say("note", { text }, text),
  });
  const model = await openFolder(path);
  const count = Math.min(rows ?? splits[split].length, splits[split].length);
  const measured = parted(splits[split], splits.columns, model.card);
  const found = await logProbs(model, measured, { ...how, count, context });
  const mean = found.reduce((a, b) => a + b, 0) / count;
  const dims = sizeOf(measured.fields["x"]!.shape);
  const metrics = { logProb: -mean, bitsPerDim: -mean / (dims * Math.LN2) };
  const text = `${showMetrics(metrics, quantities)} on ${count} rows of ${split}`;
  output.result({ model: path, data, split, rows: count, metrics }, text);
  return 0;
}

/** What to measure on. @throws GenError `option` where neither the card nor the user says it */
async function dataOf(path: string, asked: string | undefined): Promise<string> {
  if (asked !== undefined) return asked;
  const { data } = originOf((await openFolder(path)).card).options;
  if (typeof data === "string") return data;
  throw new GenError(
    "option",
    "gen eval: expected --data, as the card does not say what it was trained on, got nothing",
    { fix: "add --data with the name of a set, or the path of your own" },
  );
}
