/** @file Pictures one pixel after the other as a recipe: exact log p(x), samples, and completions of half-erased pictures. */
import { batches, GenError, trainStep, type BatchSpec } from "@gen/core";
import { chain, clipByGlobalNorm, cosine, ema } from "@gen/core/optim";
import {
  binary,
  completePixels,
  diagonalBiLstm,
  gatedPixelCnn,
  logisticMixture,
  pixelCnn,
  pixelCnnPlusPlus,
  pixelFiles,
  pixelLogProb,
  pixelOptimizer,
  rowLstm,
  samplePixels,
  softmaxLevels,
  type PixelBatch,
  type PixelLaw,
  type PixelModel,
} from "@gen/autoregressive";
import { defineRecipe, type PrepareContext, type Trainable } from "../recipe.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";
import { pick } from "../sources/views.js";
import { rasterPictures } from "./raster-pictures.js";

const options = defineOptions({
  model: {
    kind: "choice",
    choices: ["pixelcnn", "gated", "plus-plus", "row-lstm", "diagonal-bilstm"],
    default: "pixelcnn",
    description:
      "What looks at the pixels before one; the last two are slower to train, plus-plus (PixelCNN++) to draw",
  },
  law: {
    kind: "choice",
    choices: ["binary", "levels", "logistic"],
    default: "binary",
    description:
      "What a pixel is drawn from: black or white, so many levels, or a mixture of rounded logistic laws, which suits colours",
  },
  levels: {
    kind: "integer",
    default: 256,
    min: 2,
    max: 256,
    appliesWhen: { law: ["levels", "logistic"] },
    description: "Values of each channel of a pixel",
  },
  channels: { kind: "integer", default: 64, min: 2, description: "Channels between layers" },
  depth: { kind: "integer", default: 7, min: 1, description: "Blocks or layers" },
  kernel: {
    kind: "integer",
    default: 5,
    min: 1,
    appliesWhen: { model: ["pixelcnn", "gated"] },
    description: "Extent of the kernels between the first layer and the last, odd",
  },
  conditional: { kind: "boolean", default: false, description: "Condition on the class, where the data has classes" },
  learningRate: {
    kind: "number",
    default: 4e-3,
    above: 0,
    description: "Step size of Muon and Adam, which falls to nothing",
  },
});

type Options = OptionsOf<typeof options>;

/** Rows that are measured at once. */
const CHUNK = 100;
/** Validation rows that are measured on while it trains: a row takes a third of what it takes to learn from it. */
const CHOOSING = 2000;

export const pixelCnnRecipe = defineRecipe({
  family: "autoregressive",
  name: "pixelcnn",
  summary: "Pictures one pixel after the other: exact log p(x), samples, and the rest of half-erased pictures",
  options,
  defaults: { batchSize: 32 },
  prepare,
});

function prepare(chosen: Options, { data, batchSize, steps, key: order }: PrepareContext): Trainable {
  const { x } = data.train.fields;
  if (x?.dtype !== "u8" || x.shape.length !== 3) {
    const got = Object.entries(data.train.fields).map(
      ([name, { dtype, shape }]) => `${name} ${dtype}[${shape.join(", ")}]`,
    );
    throw new GenError("data", `pixelcnn: expected a field x of u8 pictures [C, H, W], got ${got.join(", ")}`, {
      fix: "choose a data set of pictures",
    });
  }
  const classes = data.classes?.length ?? 0;
  if (chosen.conditional && classes === 0) {
    throw new GenError("option", "pixelcnn: expected data with classes for --conditional, got data without", {
      fix: "leave out --conditional",
    });
  }
  const model = modelOf(chosen, { shape: x.shape, classes: chosen.conditional ? classes : 0 });
  const names = model.classes === 0 ? ["x"] : ["x", "label"];
  const batch: BatchSpec = Object.fromEntries(
    names.map((name) => {
      const { dtype, shape } = data.train.fields[name]!;
      return [name, { dtype, shape: [batchSize, ...shape] }];
    }),
  );
  return {
    model,
    step: trainStep({
      model,
      batch,
      loss: (rows, scope) => model.loss(rows as unknown as PixelBatch, scope),
      optimizer: chain(clipByGlobalNorm(100), pixelOptimizer({ learningRate: cosine(chosen.learningRate, { steps }) })),
      average: ema({ decay: 0.999 }),
    }),
    batches: batches(pick(data.train, names), { size: batchSize, key: order }),
    loss: { label: "−log p(x)", unit: "nats" },
    validation: pixelLogProb(model, { n: CHUNK, pixels: "u8" }),
    metrics: {
      nats: { label: "−log p(x)", unit: "nats", better: "lower" },
      bitsPerDim: { label: "−log p(x)", unit: "bits/dim", better: "lower" },
    },
    heldOut: (split) => pick(data[split], names),
    choosing: CHOOSING,
    from: "ema",
    pictures: rasterPictures({
      shape: x.shape,
      classes: model.classes,
      data: data.validation,
      sample: (n) => samplePixels(model, { n }),
      complete: (n) => completePixels(model, { n }),
    }),
    files: pixelFiles(model),
  };
}

function modelOf(
  { model, channels, depth, kernel, ...rest }: Options,
  { shape, classes }: { readonly shape: readonly number[]; readonly classes: number },
): PixelModel {
  const law = lawOf(rest, shape[0]!);
  const common = { shape, law, classes };
  const half = Math.floor(channels / 2);
  switch (model) {
    case "pixelcnn":
      return pixelCnn({ ...common, hidden: half, blocks: depth, head: channels, kernel });
    case "gated":
      return gatedPixelCnn({ ...common, channels, layers: depth, kernel });
    case "plus-plus":
      return pixelCnnPlusPlus({ ...common, channels, blocks: depth, scales: scalesOf(shape) });
    case "row-lstm":
      return rowLstm({ ...common, hidden: half, layers: depth, head: channels });
    case "diagonal-bilstm":
      return diagonalBiLstm({ ...common, hidden: half, layers: depth, head: channels });
  }
}

/** How many sizes of PixelCNN++, each half of the one before: three where the extents allow it. */
function scalesOf([, height, width]: readonly number[]): number {
  return [3, 2].find((scales) => [height!, width!].every((extent) => extent % 2 ** (scales - 1) === 0)) ?? 1;
}

function lawOf({ law, levels }: Pick<Options, "law" | "levels">, channels: number): PixelLaw {
  if (law === "levels") return softmaxLevels({ channels, levels });
  if (law === "logistic") return logisticMixture({ channels, levels });
  if (channels === 1) return binary();
  throw new GenError("option", `pixelcnn: expected pictures of one channel for --law binary, got ${channels}`, {
    fix: "use --law logistic",
  });
}
