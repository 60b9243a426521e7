/** @file Normalizing flows as a recipe: exact densities of pictures and of rows of numbers. */
import { batches, GenError, showShape, sizeOf, trainStep, type BatchSpec, type Shape } from "@gen/core";
import { Chain, Dequantise, fitStandardise, fitTable, Logit, type Codec } from "@gen/core/codec";
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import {
  exportedFiles,
  glow,
  logProb,
  maf,
  nice,
  nsf,
  realNvp,
  realNvpImage,
  type Flow,
  type FlowBatch,
} from "@gen/flow";
import { defineRecipe, type PrepareContext, type Splits, type Trainable } from "../recipe.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";
import { pick } from "../sources/views.js";
import { flowPictures } from "./flow-pictures.js";

const options = defineOptions({
  model: {
    kind: "choice",
    choices: ["nsf", "realnvp", "maf", "nice", "multi-scale", "glow"],
    default: "nsf",
    description: "Which flow; the last two are for pictures",
  },
  depth: { kind: "integer", default: 4, min: 1, description: "Layers, or steps at each scale of glow" },
  hidden: {
    kind: "integers",
    default: [128, 128],
    min: 1,
    unit: "units",
    appliesWhen: { model: ["nsf", "realnvp", "maf", "nice"] },
    description: "Hidden layers of the networks",
  },
  channels: {
    kind: "integer",
    default: 32,
    min: 1,
    appliesWhen: { model: ["multi-scale", "glow"] },
    description: "Channels of the networks",
  },
  levels: {
    kind: "integer",
    default: 2,
    min: 1,
    appliesWhen: { model: ["multi-scale", "glow"] },
    description: "Scales; height and width divide by 2 once for each",
  },
  conditional: { kind: "boolean", default: false, description: "Condition on the class, where the data has classes" },
  learningRate: { kind: "number", default: 1e-3, above: 0, description: "Step size of Adam, which falls to nothing" },
  clip: { kind: "number", default: 50, above: 0, description: "Longest gradient, over all parameters" },
});

type Options = OptionsOf<typeof options>;

/** Rows that are measured at once. */
const CHUNK = 250;

/** Distance that the logit of pictures keeps from black and white. */
const LAMBDA = 1e-6;

export const flowRecipe = defineRecipe({
  family: "flow",
  name: "flow",
  summary: "Normalizing flow: exact log p(x), codes and samples, of pictures or of rows of numbers",
  options,
  prepare,
});

async function prepare(chosen: Options, { data, batchSize, steps, key: order }: PrepareContext): Promise<Trainable> {
  const { x } = data.train.fields;
  if (x === undefined || (x.dtype !== "u8" && x.dtype !== "f32")) {
    throw new GenError(
      "data",
      `flow: expected a field x of u8 pictures or f32 rows, got ${Object.keys(data.train.fields).join(", ")}`,
      { fix: "choose another data set, or write a recipe for this one" },
    );
  }
  const pixels = x.dtype;
  const flow = modelOf(chosen, {
    shape: x.shape,
    codec: await codecOf(data),
    classes: data.classes?.length ?? 0,
  });
  const names = flow.classes === 0 ? ["x"] : ["x", "label"];
  const batch: BatchSpec = Object.fromEntries(
    names.map((name) => {
      const { dtype, shape } = data.train.fields[name]!;
      return [name, { dtype, shape: [batchSize, ...shape] }];
    }),
  );
  return {
    model: flow,
    step: trainStep({
      model: flow,
      batch,
      loss: (rows, scope) => flow.loss(rows as unknown as FlowBatch, scope),
      optimizer: chain(clipByGlobalNorm(chosen.clip), adam({ learningRate: cosine(chosen.learningRate, { steps }) })),
    }),
    batches: batches(pick(data.train, names), { size: batchSize, key: order }),
    loss: { label: "−log p(x)", unit: "nats" },
    validation: logProb(flow, { n: CHUNK, pixels }),
    metrics: {
      nats: { label: "−log p(x)", unit: "nats", better: "lower" },
      bitsPerDim: { label: "−log p(x)", unit: "bits/dim", better: "lower" },
    },
    heldOut: (split) => pick(data[split], names),
    pictures: flowPictures(flow),
    ...(flow.codec === undefined ? {} : { codec: flow.codec }),
    files: exportedFiles(flow),
  };
}

/** Bytes are dequantised and go through the logit; numbers are standardised by the training rows, columns by their kind. */
async function codecOf({ train, columns }: Splits): Promise<Codec> {
  const { dtype, shape } = train.fields["x"]!;
  if (train.fields["mask"] !== undefined) {
    throw new GenError("data", "flow: expected rows without gaps, got some with", {
      fix: "train a VAE on them (gen train vae), or leave out the columns that have gaps (--omit)",
    });
  }
  if (columns !== undefined) return fitTable(train, { columns });
  return dtype === "u8"
    ? new Chain([new Dequantise({ shape }), new Logit({ shape, lambda: LAMBDA })])
    : fitStandardise(train);
}

function modelOf(
  { model, depth, hidden, channels, levels, conditional }: Options,
  { shape, codec, classes }: { readonly shape: Shape; readonly codec: Codec; readonly classes: number },
): Flow {
  if (conditional && classes === 0) {
    throw new GenError("option", "flow: expected data with classes for --conditional, got data without", {
      fix: "leave out --conditional",
    });
  }
  const common = { codec, classes: conditional ? classes : 0 };
  const rows = { ...common, dim: sizeOf(codec.output), depth, hidden };
  if ((model === "multi-scale" || model === "glow") && shape.length !== 3) {
    throw new GenError("option", `flow: expected pictures for --model ${model}, got rows ${showShape(shape)}`, {
      fix: "use --model nsf",
    });
  }
  switch (model) {
    case "nsf":
      return nsf(rows);
    case "realnvp":
      return realNvp(rows);
    case "maf":
      return maf(rows);
    case "nice":
      return nice(rows);
    case "multi-scale":
      return realNvpImage({ ...common, shape, channels, levels });
    case "glow":
      return glow({ ...common, shape, channels, levels, depth });
  }
}
