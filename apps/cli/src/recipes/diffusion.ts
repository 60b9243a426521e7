/** @file Diffusion models as a recipe: of pictures, of sounds, of points and of rows of tables. */
import { batches, GenError, sizeOf, trainStep, type Dataset, type Rows, type Shape } from "@gen/core";
import { fitStandardise, fitTable, type Codec } from "@gen/core/codec";
import { adam, chain, clipByGlobalNorm, cosine, ema } from "@gen/core/optim";
import {
  boundEstimate,
  Diffusion,
  diffusionLoss,
  Dit,
  exportedFiles,
  fields,
  MlpNetwork,
  pictureCodec,
  PROCESSES,
  UNet,
  type DiffusionBatch,
  type DiffusionOptions,
  type Network,
} from "@gen/diffusion";
import { vocabularyOf, withWords } from "@gen/data";
import { defineRecipe, type PrepareContext, type Splits, type Trainable } from "../recipe.js";
import type { OptionsOf } from "../schema/schema.js";
import { pick } from "../sources/views.js";
import { diffusionOptions } from "./diffusion-options.js";
import { diffusionPictures, SHOWN } from "./diffusion-pictures.js";

type Options = OptionsOf<typeof diffusionOptions>;

/** Rows that are measured at once. */
const CHUNK = 250;

export const diffusionRecipe = defineRecipe({
  family: "diffusion",
  name: "diffusion",
  summary: "Diffusion or flow matching: samples, guided by the class, of pictures, sounds, points or rows of tables",
  options: diffusionOptions,
  prepare,
});

/** Words that are kept of a name. */
const WORDS = 8;

async function prepare(chosen: Options, { data, batchSize, steps, key: order }: PrepareContext): Promise<Trainable> {
  const { x, mask } = data.train.fields;
  if (x === undefined || (x.dtype !== "u8" && x.dtype !== "f32") || mask !== undefined) {
    throw new GenError(
      "data",
      "diffusion: expected a field x of u8 pictures, or of f32 rows without gaps, got others",
      {
        fix: "choose another data set, or leave out the columns that have gaps (--omit)",
      },
    );
  }
  const pixels = x.dtype;
  const vocabulary = chosen.words ? vocabularyIn(data) : undefined;
  const condition = conditionOf(chosen, data, vocabulary);
  const codec = await codecOf(data, pixels);
  const network = networkOf(chosen, { shape: codec.output, conditionFeatures: condition === undefined ? 0 : 64 });
  const model = new Diffusion({
    network,
    codec,
    process: PROCESSES[chosen.process](),
    target: chosen.target,
    ...(pixels === "u8" && { levels: 256 }),
    ...(condition && { condition }),
  });
  const names = ["x", ...(model.condition?.names ?? [])];
  const rows = (split: "train" | "validation" | "test"): Dataset => {
    const texts = vocabulary && data.texts?.[split];
    return pick(texts ? withWords(data[split], texts, { vocabulary, length: WORDS }) : data[split], names);
  };
  const { weighting, coupling, offsetNoise, sampler } = chosen;
  const options = { weighting, coupling, offsetNoise };
  return {
    model,
    step: trainStep({
      model,
      batch: fields(model, { n: batchSize, pixels }),
      loss: (batch, scope) => diffusionLoss(model, batch as unknown as DiffusionBatch, { options, scope }),
      optimizer: chain(clipByGlobalNorm(chosen.clip), adam({ learningRate: cosine(chosen.learningRate, { steps }) })),
      average: ema({ decay: chosen.average }),
    }),
    from: "ema",
    batches: batches(rows("train"), { size: batchSize, key: order }),
    loss: { label: "Squared error of the target", unit: "" },
    validation: boundEstimate(model, { n: CHUNK, pixels }),
    metrics: {
      error: { label: "Squared error of the target", unit: "", better: "lower" },
      bitsPerDim: { label: "−log p(x), at most (estimate)", unit: "bits/dim", better: "lower" },
      nats: { label: "−log p(x), at most (estimate)", unit: "nats", better: "lower" },
    },
    heldOut: rows,
    pictures: diffusionPictures(model, chosen, await shownRows(model, rows("validation"))),
    codec,
    ...(vocabulary && { words: vocabulary }),
    files: exportedFiles(model, { sampler, negative: vocabulary !== undefined }),
  };
}

/** @throws GenError `option` where the data say nothing of their rows */
function vocabularyIn({ texts }: Splits): readonly string[] {
  if (texts !== undefined) {
    const vocabulary = vocabularyOf(texts.train);
    if (vocabulary.length > 0) return vocabulary;
  }
  const got = texts === undefined ? "data without" : "names of which no two share a word";
  throw new GenError("option", `diffusion: expected data with names for --words, got ${got}`, {
    fix: "leave out --words, or name the files of a folder by what they show",
  });
}

/** @throws GenError `option` where the data lack what the model shall be told */
function conditionOf(
  { conditional, words, guidance }: Options,
  { classes = [] }: Splits,
  vocabulary: readonly string[] | undefined,
): DiffusionOptions["condition"] {
  if (conditional && classes.length === 0)
    throw new GenError("option", "diffusion: expected data with classes for --conditional, got data without", {
      fix: "leave out --conditional",
    });
  if (guidance !== 1 && !conditional && !words)
    throw new GenError("option", "diffusion: expected --conditional or --words for --guidance, got neither", {
      fix: "leave out --guidance",
    });
  if (!conditional && vocabulary === undefined) return undefined;
  return {
    ...(conditional && { classes: classes.length }),
    ...(vocabulary && { words: { vocabulary: vocabulary.length, length: WORDS } }),
  };
}

/** What the run's pictures are conditioned on: the first held-out rows. */
async function shownRows({ condition }: Diffusion, held: Dataset): Promise<Rows> {
  if (condition === undefined) return {};
  return pick(held, condition.names).rows(Array.from({ length: SHOWN }, (_, i) => i % held.length));
}

/** Bytes to [−1, 1]; columns as they are; other numbers by their moments. */
async function codecOf({ train, columns }: Splits, pixels: "u8" | "f32"): Promise<Codec> {
  if (pixels === "u8") return pictureCodec(train.fields["x"]!.shape);
  if (columns !== undefined) return fitTable(train, { columns, gaps: "mask" });
  return fitStandardise(train, { per: isSequence(train) ? "row" : "number" });
}

const isSequence = (train: Dataset): boolean => train.fields["x"]!.shape.length === 2;

function networkOf(
  { network, width, depth, patch }: Options,
  { shape, conditionFeatures }: { readonly shape: Shape; readonly conditionFeatures: number },
): Network {
  const fits = { mlp: shape.length === 1, dit: shape.length === 3, unet: shape.length === 2 || shape.length === 3 };
  const wanted = network === "auto" ? (fits.mlp ? "mlp" : fits.dit ? "dit" : "unet") : network;
  if (!fits[wanted])
    throw new GenError("option", `diffusion: expected rows that --network ${wanted} takes, got [${shape.join(", ")}]`, {
      fix: "leave --network out: mlp is for rows, dit for pictures, unet for pictures and sounds",
    });
  switch (wanted) {
    case "mlp":
      return new MlpNetwork({ dim: sizeOf(shape), width, depth, conditionFeatures });
    case "dit":
      return new Dit({ shape, patch, width, depth, conditionFeatures });
    case "unet":
      return new UNet({ shape, channels: Math.max(8, width / 4), blocks: 1, conditionFeatures });
  }
}
