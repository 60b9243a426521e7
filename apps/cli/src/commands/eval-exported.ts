/** @file `gen eval` of a folder that holds nothing but an exported model: log p(x) through its own logprob.onnx. */
import { GenError, ndarray, sizeOf, type Dataset, type NdArray } from "@gen/core";
import { openFolder, type ModelFolder } from "@gen/core/node";
import type { Context, World } from "../context.js";
import { originOf } from "../exported.js";
import type { Quantity } from "../report/about.js";
import type { Section } from "../schema/help.js";
import { resolve, type GivenOptions } from "../schema/resolve.js";
import { defineOptions, mergeSchemas, select } from "../schema/schema.js";
import { dataIn, placeOf, sourceOf } from "../train/plan.js";
import { showMetrics } from "../train/train.js";

const FILE = "logprob.onnx";
/** Rows that are measured at once. */
const CHUNK = 100;

const options = defineOptions({
  data: {
    kind: "string",
    description: "What to measure on: a name, a CSV file, or a folder; what it was trained on unless given",
  },
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
  const resolved = resolve(schema, new Map([...given].filter(([name]) => name in schema.fields)), "gen eval");
  const { split, rows, ...how } = select(options, resolved);
  const { output, signal, cwd } = context;
  const splits = await source.open(select(source.options, resolved), {
    data: placeOf(data, cwd),
    signal,
    note: (text) => output.say("note", { text }, text),
  });
  const model = await openFolder(path);
  const count = Math.min(rows ?? splits[split].length, splits[split].length);
  const mean = await meanLogProb(model, splits[split], { ...how, count, context });
  const dims = sizeOf(splits.train.fields["x"]!.shape);
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
    {
      fix: `add --data ${dataIn([])}`,
    },
  );
}

interface Measure {
  readonly count: number;
  readonly k: number;
  readonly seed: number;
  readonly context: Context;
}

/** The mean of log p(x) over the first rows, in nats. */
async function meanLogProb(
  model: ModelFolder,
  rows: Dataset,
  { count, k, seed, context: { output, signal, clock } }: Measure,
): Promise<number> {
  const names = inputsOf(model, rows);
  const session = await model.open(FILE);
  const start = clock();
  let sum = 0;
  try {
    for (let at = 0, chunk = 0; at < count; at += CHUNK, chunk++) {
      signal.throwIfAborted();
      const size = Math.min(CHUNK, count - at);
      const { x, mask, label } = await rows.rows(Array.from({ length: size }, (_, i) => at + i));
      const inputs: Record<string, NdArray | undefined> = {
        x: x!.dtype === "u8" ? intensities(x!) : gappy(x!, mask),
        label,
        seed: ndarray([seed + chunk], [], "i64"),
        k: ndarray([k], [], "i64"),
      };
      const { logprob } = await session.run(Object.fromEntries(names.map((name) => [name, inputs[name]!])));
      for (const value of logprob!.data) sum += Number(value);
      const secondsLeft = ((clock() - start) / 1000) * ((count - at - size) / (at + size));
      output.progress({ step: at + size, steps: count, secondsLeft });
    }
  } finally {
    await session.close();
  }
  return sum / count;
}

/** The inputs of the file, of which all must be known and fit the data. */
function inputsOf({ card, path }: ModelFolder, { fields }: Dataset): string[] {
  const file = card.files[FILE];
  if (file === undefined) {
    throw new GenError("option", `gen eval: expected a model with ${FILE}, got ${Object.keys(card.files).join(", ")}`, {
      fix: "only families that know log p(x) can be measured so",
    });
  }
  const names = file.inputs.map(({ name }) => name);
  const stray = names.find((name) => !["x", "label", "seed", "k"].includes(name));
  if (stray !== undefined || !names.includes("x")) {
    throw new GenError("format", `${path}/${FILE}: expected inputs x, label, seed and k, got ${names.join(", ")}`);
  }
  const wanted = file.inputs.find(({ name }) => name === "x")!.shape.slice(1);
  const got = fields["x"]?.shape ?? [];
  if (wanted.join() !== got.join() || (names.includes("label") && fields["label"] === undefined)) {
    throw new GenError("shape", `gen eval: expected data of shape [${wanted.join(", ")}], got [${got.join(", ")}]`, {
      fix: "give the data that the model was trained on by --data",
    });
  }
  return names;
}

/** Rows of numbers as files take them: NaN where nothing is known. */
function gappy(x: NdArray, mask: NdArray | undefined): NdArray {
  if (mask === undefined) return x;
  return ndarray(
    Float32Array.from(x.data as Float32Array, (value, i) => (Number(mask.data[i]) > 0.5 ? value : NaN)),
    x.shape,
  );
}

function intensities({ shape, data }: NdArray): NdArray {
  return ndarray(
    Float32Array.from(data as Uint8Array, (value) => value / 255),
    shape,
  );
}
