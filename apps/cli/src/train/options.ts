/** @file The options of `gen train` that no recipe and no data source owns. */
import { defineOptions } from "../schema/schema.js";

/** What a run is: kept in its config.json. */
export const trainingOptions = defineOptions({
  data: {
    kind: "string",
    default: "glyphs",
    description: "What to learn from: a name, a CSV file, or a folder of pictures",
  },
  steps: { kind: "integer", default: 2000, min: 1, description: "Steps of training" },
  batchSize: { kind: "integer", default: 128, min: 1, unit: "rows", description: "Rows that a step sees" },
  seed: { kind: "integer", default: 0, min: 0, description: "Where all randomness of the run comes from" },
  every: {
    kind: "integer",
    min: 1,
    unit: "steps",
    description: "How often to measure on held-out data, draw pictures and save; a tenth of the steps unless given",
  },
});

/** What a run is computed with. */
export const computeOptions = defineOptions({
  device: {
    kind: "choice",
    choices: ["cpu", "webgpu", "wasm", "auto"],
    default: "cpu",
    description: "What to compute on; auto takes the fastest. A run goes on bit for bit on the device that it began on",
  },
  threads: {
    kind: "integer",
    min: 1,
    description: "Threads of the CPU; the result does not depend on it",
    appliesWhen: { device: ["cpu", "auto"] },
  },
});

/** Where a run goes, and what it starts from: not part of what it is. */
export const runOptions = defineOptions({
  name: { kind: "string", description: "Name of the run; made of recipe, data and time unless given" },
  runs: { kind: "path", default: "runs", description: "Folder that the run's own folder goes into" },
  overwrite: { kind: "boolean", default: false, description: "Replace a run of the same name" },
  config: { kind: "path", description: "Repeat what this config.json says; options beside it win" },
  resume: { kind: "path", description: "Go on with the run in this folder" },
  ...computeOptions.fields,
});

/** What may be said when a run goes on: the rest is as it was. */
export const resumeOptions = defineOptions({
  steps: { kind: "integer", min: 1, description: "Steps in all, to train for longer than was planned" },
  ...computeOptions.fields,
});
