/**
 * @file Every kind of model trains wholly on WebGPU (each session there refuses what has no kernel) and with the losses of the
 * CPU.
 */
import {
  arrays,
  batches,
  fit,
  key,
  messageOf,
  ndarray,
  trainStep,
  type Dataset,
  type Model,
  type NdArray,
  type Runtime,
  type Scope,
  type Tensor,
} from "@gen/core";
import { node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  convolutional,
  GumbelVae,
  infoVae,
  lossOf,
  miwae,
  residualGrid,
  ResidualQuantizer,
  SecondStage,
  latentLikelihood,
  Vae,
  VqVae,
  waeMmd,
  withPrior,
  type LatentModel,
  type VaeBatch,
} from "../src/index.js";
import { bars, bytes, SHAPE, tinyVae, variants } from "./pictures.js";
import { rows, tableModels } from "./tables.js";
import { latentVariants } from "./variants.js";
import { tinyVq } from "./vq-models.js";

interface Case {
  readonly name: string;
  readonly model: Model;
  readonly learn?: Model;
  readonly data: Dataset;
  readonly loss: (batch: VaeBatch, scope: Scope) => Readonly<Record<"loss", Tensor>>;
}

const SIZE = 8;
const pictures = bars();
const bound = (name: string, model: LatentModel, data: Dataset = pictures): Case => ({
  ...{ name, model, data },
  loss: (batch, scope) => lossOf(model, batch, scope),
});
const vq = (name: string, model: VqVae, data: Dataset = pictures): Case => ({
  ...{ name, model, data },
  loss: (batch, scope) => model.loss(batch, scope),
});
const matched = (name: string, objective: typeof waeMmd | typeof infoVae): Case => {
  const model = tinyVae({ likelihood: "gaussian" });
  return { name, model, data: pictures, loss: objective(model) };
};

function secondStage(): Case {
  const first = tinyVae();
  const stage = new SecondStage(new Vae({ shape: [2], latentDim: 1, likelihood: latentLikelihood() }));
  const model = withPrior(first, stage);
  return {
    name: "a second stage",
    model,
    learn: stage,
    data: pictures,
    loss: (b, scope) => stage.loss(first, b, scope),
  };
}

function priorOverCodes(): Case {
  const model = tinyVq();
  const loss: Case["loss"] = (batch, scope) => ({ loss: model.priorLoss(batch, scope) });
  return { name: "a prior over codes", model, learn: model.prior!, data: pictures, loss };
}

const large = arrays({ x: ndarray(new Uint8Array(bytes(16 * 64).data), [64, 4, 8, 8], "u8") });

const cases: readonly Case[] = [
  ...variants.map(({ name, make }) => bound(name, make())),
  ...latentVariants.map(({ name, make }) => bound(name, make())),
  bound(
    "three strided convolutions",
    new Vae({ shape: [4, 8, 8], latentDim: 3, architecture: convolutional({ channels: [4, 6, 8], hidden: 7 }) }),
    large,
  ),
  bound("an importance-weighted bound, in parts", tinyVae({ objective: miwae({ m: 2, k: 3 }) })),
  bound("free bits", tinyVae({ freeBits: 0.1 })),
  bound("Gumbel-softmax", new GumbelVae({ shape: SHAPE, variables: 2, categories: 3 })),
  bound(
    "Gumbel-softmax, straight through",
    new GumbelVae({ shape: SHAPE, variables: 2, categories: 3, straightThrough: true }),
  ),
  matched("WAE-MMD", waeMmd),
  matched("InfoVAE", infoVae),
  vq("VQ-VAE", tinyVq({ prior: undefined })),
  vq(
    "residual VQ",
    tinyVq({ prior: undefined, quantizer: new ResidualQuantizer({ levels: 2, codes: 4, features: 2 }) }),
  ),
  vq(
    "VQ-VAE, two halvings",
    new VqVae({ shape: [4, 8, 8], architecture: residualGrid({ hidden: 6, halvings: 2, blocks: 1, inner: 4 }) }),
    large,
  ),
  ...tableModels.map(({ name, make }) => bound(`${name} of a table with gaps`, make(), rows(64).data)),
  secondStage(),
  priorOverCodes(),
];

let cpu: Runtime;
let gpu: Runtime | undefined;
let missing = "";
beforeAll(async () => {
  cpu = await node({ threads: 1 });
  gpu = await node({ device: "webgpu" }).catch((error: unknown) => {
    missing = messageOf(error).split("\n")[0]!;
    return undefined;
  });
});
afterAll(async () => {
  await cpu.close();
  await gpu?.close();
});

async function losses({ model, learn = model, data: all, loss }: Case, runtime: Runtime): Promise<number[]> {
  const classes = (model as Partial<LatentModel>).classes ?? 0;
  const { label, ...others } = (await all.rows([...Array(all.length).keys()])) as Record<string, NdArray>;
  const data = arrays(classes > 0 ? { ...others, label: label! } : others);
  const step = trainStep({
    model,
    learn,
    batch: batchOf(data),
    loss: loss as never,
    optimizer: adam({ learningRate: 1e-3 }),
  });
  using store = await runtime.init(model, { key: key(0) });
  const found: number[] = [];
  const run = { runtime, store, data: batches(data, { size: SIZE, key: key(1) }), steps: 3, key: key(2) };
  for await (const { loss } of fit(step, run)) found.push(loss);
  return found;
}

function batchOf({ fields }: Dataset) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { dtype, shape }]) => [name, { dtype, shape: [SIZE, ...shape] }]),
  );
}

describe("on WebGPU", () => {
  it.for(cases)("$name trains as on the CPU", async (each, { skip }) => {
    if (gpu === undefined) return skip(missing);
    const wanted = await losses(each, cpu);
    expect(wanted.every(Number.isFinite)).toBe(true);
    const got = await losses(each, gpu);
    got.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-3 * (1 + Math.abs(wanted[i]!))));
  });
});
