/** @file A diffusion model of a data set, as options say it, and what is measured, shown and exported of it: what its recipes share. */
import { GenError, type Dataset, type Rows, type Shape } from "@gen/core";
import { fitStandardise, fitTable, type Codec } from "@gen/core/codec";
import {
  boundEstimate,
  consistencyTarget,
  Diffusion,
  Dit,
  exportedFiles,
  MlpNetwork,
  pictureCodec,
  PROCESSES,
  UNet,
  type DiffusionOptions,
  type Network,
} from "@gen/diffusion";
import { vocabularyOf, withWords } from "@gen/data";
import type { Splits, Trainable } from "../recipe.js";
import type { OptionsOf } from "../schema/schema.js";
import { pick } from "../sources/views.js";
import { boundCurve } from "./bound-curve.js";
import type { diffusionOptions } from "./diffusion-options.js";
import { diffusionPictures, SHOWN, type ShownOptions } from "./diffusion-pictures.js";

export type Options = OptionsOf<typeof diffusionOptions>;

/** Rows that are measured at once. */
const CHUNK = 250;
/** Words that are kept of a name. */
const WORDS = 8;

/** A model, and the data as it takes them. */
export interface Made {
  readonly model: Diffusion;
  readonly codec: Codec;
  readonly pixels: "u8" | "f32";
  /** Whether rows come with a mask of what is known. */
  readonly masked: boolean;
  /** Words that it knows, if it is told words. */
  readonly vocabulary: readonly string[] | undefined;
  readonly rows: (split: "train" | "validation" | "test") => Dataset;
}

/** @throws GenError `data` for rows that are none of its kind, `option` for options that do not fit them or each other */
export async function modelOf(chosen: Options, data: Splits): Promise<Made> {
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
  const conditionFeatures = condition === undefined ? 0 : chosen.attendWords ? WORDS * 64 : 64;
  const network = networkOf(chosen, { shape: codec.output, conditionFeatures });
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
  return { model, codec, pixels, masked, vocabulary, rows };
}

/** What is measured, shown and exported, whatever trained the model. @param repeats of each step where a part is filled in */
export async function aboutModel(
  { model, codec, pixels, masked, vocabulary, rows }: Made,
  { repeats = 1, ...shown }: ShownOptions & { readonly repeats?: number },
): Promise<Omit<Trainable, "model" | "step" | "batches" | "loss">> {
  return {
    validation: boundEstimate(model, { n: CHUNK, pixels, masked }),
    metrics: {
      error: { label: "Squared error of the target", unit: "", better: "lower" },
      bitsPerDim: { label: "−log p(x), at most (estimate)", unit: "bits/dim", better: "lower" },
      nats: { label: "−log p(x), at most (estimate)", unit: "nats", better: "lower" },
    },
    heldOut: rows,
    pictures: diffusionPictures(model, shown, await shownRows(model, rows("validation"))),
    curves: { bound: boundCurve(model, { pixels, masked, rows: rows("validation") }) },
    codec,
    ...(vocabulary && { words: vocabulary }),
    files: exportedFiles(model, { ...shown.how, repeats, gaps: masked, negative: vocabulary !== undefined }),
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
  { conditional, words, attendWords, ...guiding }: Options,
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
    ...(vocabulary && { words: { vocabulary: vocabulary.length, length: WORDS, each: attendWords } }),
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
  { network, width, depth, patch, attention, attendWords, selfCondition, variance }: Options,
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
      return new Dit({
        shape: seen,
        outputs,
        patch,
        width,
        depth,
        conditionFeatures,
        ...(attendWords && { conditionTokens: WORDS }),
      });
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
