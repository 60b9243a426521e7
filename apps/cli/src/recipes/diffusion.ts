/** @file Diffusion models as a recipe: of pictures, of sounds, of points and of rows of tables. */
import { batches, GenError, trainStep, type Dataset, type Rows, type Shape } from "@gen/core";
import { fitStandardise, fitTable, type Codec } from "@gen/core/codec";
import { adam, chain, clipByGlobalNorm, cosine, ema } from "@gen/core/optim";
import {
  boundEstimate,
  consistencyLoss,
  consistencyTarget,
  ddpm,
  Diffusion,
  diffusionLoss,
  Dit,
  exportedFiles,
  fields,
  MlpNetwork,
  pictureCodec,
  PROCESSES,
  rangeOf,
  UNet,
  type DiffusionBatch,
  type DiffusionOptions,
  type Network,
  type Process,
} from "@gen/diffusion";
import { vocabularyOf, withWords } from "@gen/data";
import { defineRecipe, type PrepareContext, type Splits, type Trainable } from "../recipe.js";
import type { OptionsOf } from "../schema/schema.js";
import type { Quantity } from "../report/about.js";
import { pick } from "../sources/views.js";
import { boundCurve } from "./bound-curve.js";
import { diffusionOptions } from "./diffusion-options.js";
import { diffusionPictures, SHOWN, type ShownOptions } from "./diffusion-pictures.js";

type Options = OptionsOf<typeof diffusionOptions>;

/** Rows that are measured at once. */
const CHUNK = 250;

export const diffusionRecipe = defineRecipe({
  family: "diffusion",
  name: "diffusion",
  summary: "Diffusion or flow matching: samples, guided by the class, of pictures, sounds, points or rows of tables",
  options: diffusionOptions,
  drawing: [
    "sampler",
    "spacing",
    "samplerSteps",
    "guidance",
    "guidanceLow",
    "guidanceHigh",
    "rescale",
    "threshold",
    "repeats",
  ],
  prepare,
});

/** Words that are kept of a name. */
const WORDS = 8;

async function prepare(chosen: Options, { data, batchSize, steps, key: order }: PrepareContext): Promise<Trainable> {
  const { x, mask } = data.train.fields;
  if (x === undefined || (x.dtype !== "u8" && x.dtype !== "f32")) {
    const got = Object.keys(data.train.fields).join(", ");
    throw new GenError("data", `diffusion: expected a field x of u8 pictures or f32 rows, got ${got}`, {
      fix: "choose another data set",
    });
  }
  const pixels = x.dtype;
  const vocabulary = chosen.words ? vocabularyIn(data) : undefined;
  const condition = conditionOf(chosen, data, vocabulary);
  const codec = await codecOf(data, pixels);
  const network = networkOf(chosen, { shape: codec.output, conditionFeatures: condition === undefined ? 0 : 64 });
  const { objective, selfCondition, variance } = chosen;
  const process = PROCESSES[chosen.process]();
  if (objective === "consistency" && process.name !== "edm")
    throw new GenError("option", `diffusion: expected --process edm for --objective consistency, got ${process.name}`, {
      fix: "add --process edm",
    });
  const model = new Diffusion({
    network,
    codec,
    process,
    target: objective === "consistency" ? consistencyTarget(process) : chosen.target,
    selfCondition,
    variance,
    ...(pixels === "u8" && { levels: 256 }),
    ...(condition && { condition }),
  });
  const masked = mask !== undefined;
  const names = ["x", ...(masked ? ["mask"] : []), ...(model.condition?.names ?? [])];
  const rows = (split: "train" | "validation" | "test"): Dataset => {
    const texts = vocabulary && data.texts?.[split];
    return pick(texts ? withWords(data[split], texts, { vocabulary, length: WORDS }) : data[split], names);
  };
  const { weighting, coupling, offsetNoise } = chosen;
  const options = { weighting, coupling, offsetNoise, ...(objective === "bound" && { objective }) };
  const how = drawingOf(chosen, process);
  return {
    model,
    step: trainStep({
      model,
      batch: fields(model, { n: batchSize, pixels, masked }),
      loss: (batch, scope) => {
        const given = batch as unknown as DiffusionBatch;
        return objective === "consistency"
          ? consistencyLoss(model, given, { scope })
          : diffusionLoss(model, given, { options, scope });
      },
      optimizer: chain(clipByGlobalNorm(chosen.clip), adam({ learningRate: cosine(chosen.learningRate, { steps }) })),
      average: ema({ decay: chosen.average }),
    }),
    from: "ema",
    batches: batches(rows("train"), { size: batchSize, key: order }),
    loss: LOSSES[objective],
    validation: boundEstimate(model, { n: CHUNK, pixels, masked }),
    metrics: {
      error: { label: "Squared error of the target", unit: "", better: "lower" },
      bitsPerDim: { label: "−log p(x), at most (estimate)", unit: "bits/dim", better: "lower" },
      nats: { label: "−log p(x), at most (estimate)", unit: "nats", better: "lower" },
    },
    heldOut: rows,
    pictures: diffusionPictures(model, { ...chosen, how }, await shownRows(model, rows("validation"))),
    curves: { bound: boundCurve(model, { pixels, masked, rows: rows("validation") }) },
    codec,
    ...(vocabulary && { words: vocabulary }),
    files: exportedFiles(model, { ...how, repeats: chosen.repeats, gaps: masked, negative: vocabulary !== undefined }),
  };
}

const LOSSES: Readonly<Record<Options["objective"], Quantity>> = {
  error: { label: "Squared error of the target", unit: "" },
  bound: { label: "Bound on −log p, as the network sees rows", unit: "nats" },
  consistency: { label: "Distance between neighbouring estimates", unit: "" },
};

/** How samples are drawn, but for the steps and the weight of the condition. */
function drawingOf(
  { objective, sampler, variance, spacing, ...guiding }: Options,
  process: Process,
): ShownOptions["how"] {
  const named = objective === "consistency" ? "consistency" : sampler;
  const { rescale, threshold, guidanceLow, guidanceHigh } = guiding;
  const isEverywhere = guidanceLow === undefined && guidanceHigh === undefined;
  return {
    sampler: named === "ddpm" ? ddpm({ variance: variance === "learned" ? "learned" : "small" }) : named,
    ...(spacing !== undefined && { spacing }),
    guidance: {
      rescale,
      threshold,
      ...(!isEverywhere && { interval: [guidanceLow ?? 0, guidanceHigh ?? rangeOf(process)[1]] }),
    },
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
  { conditional, words, ...guiding }: Options,
  { classes = [] }: Splits,
  vocabulary: readonly string[] | undefined,
): DiffusionOptions["condition"] {
  if (conditional && classes.length === 0)
    throw new GenError("option", "diffusion: expected data with classes for --conditional, got data without", {
      fix: "leave out --conditional",
    });
  const flag = guidanceFlag(guiding);
  if (flag !== undefined && !conditional && !words) {
    throw new GenError("option", `diffusion: expected --conditional or --words for ${flag}, got neither`, {
      fix: `leave out ${flag}`,
    });
  }
  if (!conditional && vocabulary === undefined) return undefined;
  return {
    ...(conditional && { classes: classes.length }),
    ...(vocabulary && { words: { vocabulary: vocabulary.length, length: WORDS } }),
  };
}

/** The first flag that only a guided model has a use for. */
function guidanceFlag(
  chosen: Pick<Options, "guidance" | "rescale" | "guidanceLow" | "guidanceHigh">,
): string | undefined {
  if (chosen.guidance !== 1) return "--guidance";
  if (chosen.rescale > 0) return "--rescale";
  if (chosen.guidanceLow !== undefined) return "--guidance-low";
  return chosen.guidanceHigh === undefined ? undefined : "--guidance-high";
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
  { network, width, depth, patch, attention, selfCondition, variance }: Options,
  { shape, conditionFeatures }: { readonly shape: Shape; readonly conditionFeatures: number },
): Network {
  const fits = { mlp: shape.length === 1, dit: shape.length === 3, unet: shape.length === 2 || shape.length === 3 };
  const wanted = network === "auto" ? (fits.mlp ? "mlp" : fits.dit ? "dit" : "unet") : network;
  if (!fits[wanted])
    throw new GenError("option", `diffusion: expected rows that --network ${wanted} takes, got [${shape.join(", ")}]`, {
      fix: "leave --network out: mlp is for rows, dit for pictures, unet for pictures and sounds",
    });
  const [channels, ...extents] = shape as [number, ...number[]];
  const seen = [channels * (selfCondition ? 2 : 1), ...extents];
  const outputs = channels * (variance === "learned" ? 2 : 1);
  switch (wanted) {
    case "mlp":
      return new MlpNetwork({ dim: seen[0]!, outputs, width, depth, conditionFeatures });
    case "dit":
      return new Dit({ shape: seen, outputs, patch, width, depth, conditionFeatures });
    case "unet":
      return new UNet({
        shape: seen,
        outputs,
        channels: Math.max(8, width / 4),
        blocks: 1,
        conditionFeatures,
        ...(attention && { attention }),
      });
  }
}
