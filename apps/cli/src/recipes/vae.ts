/** @file The variational autoencoder as a recipe: what it offers to the commands. */
import { batches, GenError, trainStep, type BatchSpec } from "@gen/core";
import { fitTable } from "@gen/core/codec";
import { bound, exportedFiles, type VaeBatch } from "@gen/vae";
import { defineRecipe, type PrepareContext, type Trainable } from "../recipe.js";
import { pick } from "../sources/views.js";
import { logProbability, logProbabilityOptions, type Feeding } from "./vae-evaluation.js";
import { modelOf, optimizerOf, vaeOptions, type VaeChoices } from "./vae-options.js";
import { vaePictures } from "./vae-pictures.js";

/** Rows that are measured at once. */
const CHUNK = 250;

/** What a bound is called that is lowered. */
const BOUNDS = { elbo: "Negative ELBO", iwae: "Negative IWAE bound", miwae: "Negative MIWAE bound" } as const;

export const vaeRecipe = defineRecipe({
  family: "vae",
  name: "vae",
  summary:
    "Variational autoencoder: learns to draw, to encode, to fill in, and a bound on log p(x), of pictures or of tables with gaps",
  options: vaeOptions,
  evaluation: {
    options: logProbabilityOptions,
    metrics: { logProb: { label: "−log p(x), importance-sampled", unit: "nats", better: "lower" } },
  },
  prepare,
});

async function prepare(
  chosen: VaeChoices,
  { data, batchSize, steps, key: order }: PrepareContext,
): Promise<Trainable<typeof logProbabilityOptions.fields>> {
  const { x, mask } = data.train.fields;
  const { columns } = data;
  const table =
    x?.dtype === "f32" && columns !== undefined ? await fitTable(data.train, { columns, gaps: "mask" }) : undefined;
  if (x === undefined || (table === undefined && (x.dtype !== "u8" || x.shape.length !== 3))) {
    throw new GenError(
      "data",
      `vae: expected pictures, a field x of u8 [C, H, W], or rows of a table, got ${Object.keys(data.train.fields).join(", ")}`,
      { fix: "choose another data set, or write a recipe for this one" },
    );
  }
  const vae = modelOf(chosen, { shape: x.shape, ...(table && { table }), classes: data.classes?.length ?? 0 });
  const names = ["x", ...(mask === undefined ? [] : ["mask"]), ...(vae.classes === 0 ? [] : ["label"])];
  const feeding: Feeding = table === undefined ? { pixels: "u8" } : mask === undefined ? {} : { masked: "u8" };
  const negativeBound = BOUNDS[chosen.objective];
  const isBound = chosen.beta === 1 && chosen.betaWarmUp === 0 && chosen.freeBits === 0;
  const batch: BatchSpec = Object.fromEntries(
    names.map((name) => {
      const { dtype, shape } = data.train.fields[name]!;
      return [name, { dtype, shape: [batchSize, ...shape] }];
    }),
  );
  return {
    model: vae,
    step: trainStep({
      model: vae,
      batch,
      loss: (rows, scope) => vae.loss(rows as unknown as VaeBatch, scope),
      optimizer: optimizerOf(chosen, steps),
    }),
    batches: batches(pick(data.train, names), { size: batchSize, key: order }),
    loss: { label: isBound ? negativeBound : "Loss", unit: "nats" },
    validation: bound(vae, { n: CHUNK, ...feeding }),
    metrics: {
      nats: { label: negativeBound, unit: "nats", better: "lower" },
      bitsPerDim: { label: negativeBound, unit: "bits/dim", better: "lower" },
    },
    heldOut: (split) => pick(data[split], names),
    pictures: table === undefined ? vaePictures(vae, pick(data.validation, names)) : {},
    evaluate: (live, request) => logProbability(vae, live, { ...request, feeding }),
    codec: vae.codec,
    files: exportedFiles(vae),
  };
}
