/** @file The variational autoencoder as a recipe: what it offers to the commands. */
import { batches, GenError, trainStep, type BatchSpec } from "@gen/core";
import { bound, exportedFiles, type VaeBatch } from "@gen/vae";
import { defineRecipe, type PrepareContext, type Trainable } from "../recipe.js";
import { pick } from "../sources/views.js";
import { logProbability, logProbabilityOptions } from "./vae-evaluation.js";
import { modelOf, optimizerOf, vaeOptions, type VaeChoices } from "./vae-options.js";
import { vaePictures } from "./vae-pictures.js";

/** Rows that are measured at once. */
const CHUNK = 250;

/** What a bound is called that is lowered. */
const BOUNDS = { elbo: "Negative ELBO", iwae: "Negative IWAE bound", miwae: "Negative MIWAE bound" } as const;

export const vaeRecipe = defineRecipe({
  family: "vae",
  name: "vae",
  summary: "Variational autoencoder: learns to draw, to encode, and a bound on log p(x)",
  options: vaeOptions,
  evaluation: {
    options: logProbabilityOptions,
    metrics: { logProb: { label: "−log p(x), importance-sampled", unit: "nats", better: "lower" } },
  },
  prepare,
});

function prepare(
  chosen: VaeChoices,
  { data, batchSize, steps, key: order }: PrepareContext,
): Trainable<typeof logProbabilityOptions.fields> {
  const { x } = data.train.fields;
  if (x?.dtype !== "u8" || x.shape.length !== 3) {
    throw new GenError(
      "data",
      `vae: expected pictures, a field x of u8 [C, H, W], got ${Object.keys(data.train.fields).join(", ")}`,
      {
        fix: "choose another data set, or write a recipe for this one",
      },
    );
  }
  const vae = modelOf(chosen, { shape: x.shape, classes: data.classes?.length ?? 0 });
  const names = vae.classes === 0 ? ["x"] : ["x", "label"];
  const negativeBound = BOUNDS[chosen.objective];
  const isBound = chosen.beta === 1 && chosen.betaWarmUp === 0 && chosen.freeBits === 0;
  const pictures = vaePictures(vae, pick(data.validation, names));
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
    validation: bound(vae, { n: CHUNK, pixels: "u8" }),
    metrics: {
      nats: { label: negativeBound, unit: "nats", better: "lower" },
      bitsPerDim: { label: negativeBound, unit: "bits/dim", better: "lower" },
    },
    heldOut: (split) => pick(data[split], names),
    pictures,
    evaluate: (live, request) => logProbability(vae, live, request),
    codec: vae.codec,
    files: exportedFiles(vae),
  };
}
