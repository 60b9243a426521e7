/** @file Diffusion models as a recipe: of pictures, of sounds, of points and of rows of tables. */
import { batches, GenError, sizeOf, trainStep, type BatchSpec, type Dataset, type Shape } from "@gen/core";
import { fitStandardise, fitTable, type Codec } from "@gen/core/codec";
import { adam, chain, clipByGlobalNorm, cosine, ema } from "@gen/core/optim";
import {
  boundEstimate,
  Diffusion,
  diffusionLoss,
  Dit,
  exportedFiles,
  MlpNetwork,
  pictureCodec,
  PROCESSES,
  UNet,
  type DiffusionBatch,
  type Network,
} from "@gen/diffusion";
import { defineRecipe, type PrepareContext, type Splits, type Trainable } from "../recipe.js";
import type { OptionsOf } from "../schema/schema.js";
import { pick } from "../sources/views.js";
import { diffusionOptions } from "./diffusion-options.js";
import { diffusionPictures } from "./diffusion-pictures.js";

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
  const model = await modelOf(chosen, { data, pixels });
  const names = model.condition === undefined ? ["x"] : ["x", "label"];
  const batch: BatchSpec = Object.fromEntries(
    names.map((name) => {
      const { dtype, shape } = data.train.fields[name]!;
      return [name, { dtype, shape: [batchSize, ...shape] }];
    }),
  );
  const { weighting, coupling, offsetNoise, sampler } = chosen;
  const options = { weighting, coupling, offsetNoise };
  return {
    model,
    step: trainStep({
      model,
      batch,
      loss: (rows, scope) => diffusionLoss(model, rows as unknown as DiffusionBatch, { options, scope }),
      optimizer: chain(clipByGlobalNorm(chosen.clip), adam({ learningRate: cosine(chosen.learningRate, { steps }) })),
      average: ema({ decay: chosen.average }),
    }),
    from: "ema",
    batches: batches(pick(data.train, names), { size: batchSize, key: order }),
    loss: { label: "Squared error of the target", unit: "" },
    validation: boundEstimate(model, { n: CHUNK, pixels }),
    metrics: {
      error: { label: "Squared error of the target", unit: "", better: "lower" },
      bitsPerDim: { label: "−log p(x), at most (estimate)", unit: "bits/dim", better: "lower" },
      nats: { label: "−log p(x), at most (estimate)", unit: "nats", better: "lower" },
    },
    heldOut: (split) => pick(data[split], names),
    pictures: diffusionPictures(model, { ...chosen, classes: data.classes?.length ?? 0 }),
    ...(model.codec === undefined ? {} : { codec: model.codec }),
    files: exportedFiles(model, { sampler }),
  };
}

async function modelOf(
  chosen: Options,
  { data, pixels }: { readonly data: Splits; readonly pixels: "u8" | "f32" },
): Promise<Diffusion> {
  const { conditional, process, target } = chosen;
  const classes = data.classes?.length ?? 0;
  if (conditional && classes === 0)
    throw new GenError("option", "diffusion: expected data with classes for --conditional, got data without", {
      fix: "leave out --conditional",
    });
  const codec = await codecOf(data, pixels);
  const network = networkOf(chosen, { shape: codec.output, conditionFeatures: conditional ? 64 : 0 });
  return new Diffusion({
    network,
    codec,
    process: PROCESSES[process](),
    target,
    ...(pixels === "u8" && { levels: 256 }),
    ...(conditional && { condition: { classes } }),
  });
}

/** Bytes to [−1, 1]; columns as they are; other numbers by their moments. */
async function codecOf({ train, columns }: Splits, pixels: "u8" | "f32"): Promise<Codec> {
  if (pixels === "u8") return pictureCodec(train.fields["x"]!.shape);
  if (columns !== undefined) return fitTable(train, { columns });
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
