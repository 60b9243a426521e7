/** @file Rows of numbers, each given those before it, as recipes: NADE for zeros and ones, MADE for these or for real numbers. */
import { batches, GenError, sizeOf, trainStep, type Dataset } from "@gen/core";
import { adam, chain, clipByGlobalNorm, cosine, ema } from "@gen/core/optim";
import {
  completeVectors,
  flatRows,
  Made,
  Nade,
  sampleVectors,
  vectorFiles,
  vectorFields,
  vectorNats,
  type VectorModel,
} from "@gen/autoregressive";
import { defineRecipe, type PrepareContext, type Trainable } from "../recipe.js";
import { pick } from "../sources/views.js";
import { codecOf } from "./flow-model.js";
import { rasterPictures } from "./raster-pictures.js";
import { madeOptions, nadeOptions } from "./vectors-options.js";

/** Rows that are measured, or looked at, at once. */
const CHUNK = 250;

export const nadeRecipe = defineRecipe({
  family: "autoregressive",
  name: "nade",
  summary: "Rows of zeros and ones, or black and white pictures, number by number: exact log p(x)",
  options: nadeOptions,
  prepare: async ({ hidden, learningRate }, context) => {
    await checkBits("nade", context.data.train);
    const model = new Nade({ dim: sizeOf(fieldOf("nade", context.data.train).shape), hidden });
    return trainable(model, learningRate, context);
  },
});

export const madeRecipe = defineRecipe({
  family: "autoregressive",
  name: "made",
  summary: "Rows of numbers by a masked network, zeros and ones or a table of any: exact log p(x)",
  options: madeOptions,

  prepare: async ({ law, components, hidden, layers, orders, learningRate }, context) => {
    const { train } = context.data;
    const { dtype, shape } = fieldOf("made", train);
    const sizes = { hidden: new Array<number>(layers).fill(hidden), orders };
    if (law === "binary") {
      await checkBits("made", train);
      return trainable(new Made({ dim: sizeOf(shape), ...sizes }), learningRate, context);
    }
    if (dtype === "u8")
      throw new GenError("data", "made: expected a table for --law mixture, got pictures", {
        fix: "leave out --law, or use gen train flow or gen train pixelcnn --law logistic",
      });
    const codec = await codecOf(train, context.data.columns);
    const model = new Made({ dim: sizeOf(codec.output), ...sizes, components, codec });
    return { ...trainable(model, learningRate, context), codec };
  },
});

/** The field x. @throws GenError `data` for what is neither bytes of pictures nor whole rows of a table */
function fieldOf(recipe: string, { fields }: Dataset): Dataset["fields"][string] {
  const { x, mask } = fields;
  if (x === undefined || (x.dtype !== "u8" && x.dtype !== "f32"))
    throw new GenError(
      "data",
      `${recipe}: expected a field x of u8 pictures or f32 rows, got ${Object.keys(fields).join(", ")}`,
      { fix: "choose another data set" },
    );
  if (x.dtype === "u8" && x.shape.length === 3 && x.shape[0] !== 1)
    throw new GenError("data", `${recipe}: expected pictures of one channel, got ${x.shape[0]}`, {
      fix: "use --colours grey for a folder, or gen train pixelcnn --law logistic",
    });
  if (mask !== undefined)
    throw new GenError("data", `${recipe}: expected rows without gaps, got a table with some`, {
      fix: "use gen train vae, or fill them in",
    });
  return x;
}

/** @throws GenError `data` naming the first number that is neither 0 nor 1. Pictures are taken as black and white. */
async function checkBits(recipe: string, data: Dataset): Promise<void> {
  if (fieldOf(recipe, data).dtype === "u8") return;
  for (let at = 0; at < data.length; at += CHUNK) {
    const size = Math.min(CHUNK, data.length - at);
    const { x } = await data.rows(Array.from({ length: size }, (_, i) => at + i));
    const wrong = (x!.data as Float32Array).findIndex((v) => v !== 0 && v !== 1);
    if (wrong < 0) continue;
    const width = x!.data.length / size;
    const place = `row ${at + Math.floor(wrong / width)}, number ${wrong % width}`;
    throw new GenError("data", `${recipe}: ${place}: expected 0 or 1, got ${Number(x!.data[wrong])}`, {
      fix: "use gen train made --law mixture",
    });
  }
}

function trainable(
  model: VectorModel,
  learningRate: number,
  { data, batchSize, steps, key: order }: PrepareContext,
): Trainable {
  const { dtype, shape } = data.train.fields["x"]!;
  const rows = { shape, dtype: dtype as "u8" | "f32" };
  const x = (split: Dataset): Dataset => pick(split, ["x"]);
  return {
    model,
    step: trainStep({
      model,
      batch: vectorFields(model, { n: batchSize, ...rows }),
      loss: ({ x }, scope) => model.loss(flatRows(x), scope),
      optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(learningRate, { steps }) })),
      average: ema({ decay: 0.999 }),
    }),
    batches: batches(x(data.train), { size: batchSize, key: order }),
    loss: { label: "−log p(x)", unit: "nats" },
    validation: vectorNats(model, { n: CHUNK, ...rows }),
    metrics: {
      nats: { label: "−log p(x)", unit: "nats", better: "lower" },
      bitsPerDim: { label: "−log p(x)", unit: "bits/dim", better: "lower" },
    },
    heldOut: (split) => x(data[split]),
    from: "ema",
    pictures: rasterPictures({
      shape,
      data: data.validation,
      classes: 0,
      sample: (n) => sampleVectors(model, { n, shape }),
      complete: (n) => completeVectors(model, { n, shape }),
    }),
    files: vectorFiles(model, { shape }),
  };
}
