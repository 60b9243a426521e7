/** @file Normalizing flows as a recipe: exact densities of pictures and of rows of tables. */
import { batches, GenError, trainStep, type BatchSpec, type Dataset } from "@gen/core";
import { fitTable } from "@gen/core/codec";
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { exportedFiles, initialise, logProb, type FlowBatch } from "@gen/flow";
import { defineRecipe, type PrepareContext, type Trainable } from "../recipe.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";
import { dividedRows, pick } from "../sources/views.js";
import { codecOf, flowModelOptions, isQuick, modelOf, partsOf, startsFromData, type Parts } from "./flow-model.js";
import { flowPictures } from "./flow-pictures.js";

const trainOptions = defineOptions({
  learningRate: { kind: "number", default: 1e-3, above: 0, description: "Step size of Adam, which falls to nothing" },
  clip: { kind: "number", default: 50, above: 0, description: "Longest gradient, over all parameters" },
});

/** Rows that are measured at once, and rows that layers which start from data look at. */
const CHUNK = 250;

export const flowRecipe = defineRecipe({
  family: "flow",
  name: "flow",
  summary: "Normalizing flow: exact log p(x), codes and samples, of pictures or of rows of numbers",
  options: defineOptions({ ...flowModelOptions.fields, ...trainOptions.fields }),
  prepare,
});

async function prepare(
  chosen: OptionsOf<typeof flowModelOptions> & OptionsOf<typeof trainOptions>,
  { data, batchSize, steps, key: order }: PrepareContext,
): Promise<Trainable> {
  const { x } = data.train.fields;
  if (x === undefined || (x.dtype !== "u8" && x.dtype !== "f32")) {
    throw new GenError(
      "data",
      `flow: expected a field x of u8 pictures or f32 rows, got ${Object.keys(data.train.fields).join(", ")}`,
      { fix: "choose another data set, or write a recipe for this one" },
    );
  }
  const pixels = x.dtype;
  const parts = partsOf(chosen.given, data.columns);
  const rows = (split: Dataset): Dataset => divided(split, parts);
  const train = rows(data.train);
  const columns = (places: readonly number[] = []) => places.map((place) => data.columns![place]!);
  const own = data.columns && columns(parts?.x);
  const isGiven = parts !== undefined && parts.context.length > 0;
  const about = { columns: columns(parts?.context), field: "context", mask: "", noise: "none" } as const;
  const codec = await codecOf(train, own);
  const flow = modelOf(chosen, {
    codec,
    contextCodec: isGiven ? await fitTable(train, about) : undefined,
    classes: data.classes?.length ?? 0,
  });
  const mask = train.fields["mask"] !== undefined;
  const names = [
    "x",
    ...(mask ? ["mask"] : []),
    ...(flow.classes > 0 ? ["label"] : []),
    ...(isGiven ? ["context"] : []),
  ];
  const batch: BatchSpec = Object.fromEntries(
    names.map((name) => {
      const { dtype, shape } = train.fields[name]!;
      return [name, { dtype, shape: [batchSize, ...shape] }];
    }),
  );
  const heldOut = (split: "validation" | "test"): Dataset => pick(rows(data[split]), names);
  return {
    model: flow,
    step: trainStep({
      model: flow,
      batch,
      loss: (rows, scope) => flow.loss(rows as unknown as FlowBatch, scope),
      optimizer: chain(clipByGlobalNorm(chosen.clip), adam({ learningRate: cosine(chosen.learningRate, { steps }) })),
    }),
    batches: batches(pick(train, names), { size: batchSize, key: order }),
    ...(startsFromData(chosen) && {
      async start({ runtime, store, key }) {
        const n = Math.min(CHUNK, train.length);
        const feeds = await pick(train, names).rows(Array.from({ length: n }, (_, i) => i));
        await runtime.run(initialise(flow, { n, pixels, mask }), { store, feeds, key });
      },
    }),
    loss: { label: "−log p(x)", unit: "nats" },
    validation: logProb(flow, { n: CHUNK, pixels, mask }),
    metrics: {
      nats: { label: "−log p(x)", unit: "nats", better: "lower" },
      bitsPerDim: { label: "−log p(x)", unit: "bits/dim", better: "lower" },
    },
    heldOut,
    pictures: flowPictures(flow, { rows: heldOut("validation"), columns: own, isQuick: isQuick(chosen) }),
    codec,
    files: exportedFiles(flow),
  };
}

function divided(split: Dataset, parts: Parts | undefined): Dataset {
  return parts === undefined || parts.context.length === 0 ? split : dividedRows(split, { ...parts });
}
