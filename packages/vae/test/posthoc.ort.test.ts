import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  batches,
  fit,
  key,
  ndarray,
  trainStep,
  type NdArray,
  type Runtime,
  type Scope,
  type Tensor as Node,
} from "@gen/core";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { adam, exponentialDecay } from "@gen/core/optim";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bound,
  collect,
  dense,
  encode,
  exportedFiles,
  fitMixture,
  gumbelExportedFiles,
  GumbelVae,
  infoVae,
  latentLikelihood,
  mixtureDensity,
  reconstruct,
  sampleOfSeed,
  SecondStage,
  Vae,
  waeMmd,
  withPrior,
  type LatentModel,
} from "../src/index.js";
import { bars, SHAPE, tinyVae } from "./pictures.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "posthoc-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

const numbers = ({ data }: { data: unknown }): number[] => Array.from(data as Iterable<number | bigint>, Number);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

type Loss = (
  batch: { x: Node },
  scope: Scope,
) => {
  loss: Node;
};

/** A model trained on bars for some steps by a loss. */
async function trained(
  model: LatentModel,
  { loss, learn = model, steps }: { loss: Loss; learn?: object; steps: number },
) {
  const store = await runtime.init(model, { key: key(0) });
  const step = trainStep({
    model,
    learn,
    batch: { x: { shape: [32, ...SHAPE], dtype: "u8" } },
    loss: (batch, scope) => loss(batch, scope),
    optimizer: adam({ learningRate: 1e-2 }),
  });
  const losses: number[] = [];
  const data = batches(bars(), { size: 32, key: key(1) });
  for await (const report of fit(step, { runtime, store, data, steps, key: key(2) })) losses.push(report.loss);
  return { store, losses };
}

/** What the sampler's file gives, held against the trainer. */
async function checkSampler(
  model: LatentModel,
  store: Parameters<typeof exportFolder>[2]["store"],
  files = exportedFiles(model),
) {
  const path = join(folder, String(Math.abs(numbers(await store.read([...store.names()][0]!))[0]!)));
  await exportFolder(
    path,
    { family: "vae", name: "tiny", files: { logprob: files["logprob"]!, sampler: files["sampler"]! } },
    { runtime, store },
  );
  const { card } = await openFolder(path);
  expect(card.parity.map(({ file }) => file)).toContain("logprob.onnx");
  const session = await InferenceSession.create(join(path, "sampler.onnx"), { logSeverityLevel: 3 });
  const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");
  const { samples } = await session.run({
    seed: new Tensor("int64", BigInt64Array.of(42n), []),
    n: new Tensor("int64", BigInt64Array.of(5n), []),
  });
  await session.release();
  const wanted = await runtime.run(sampleOfSeed(model, 5), { store, feeds: { seed: whole(42), n: whole(5) } });
  const got = numbers(samples!);
  numbers(wanted["samples"]!).forEach((v, i) => expect(Math.abs(got[i]! - v)).toBeLessThan(1e-4 * (1 + Math.abs(v))));
}

describe("priors after the fact", () => {
  it("are exported with the model: a mixture of its codes, and a second stage", async () => {
    const vae = tinyVae({ beta: 0.3 });
    const { store } = await trained(vae, { loss: (batch, scope) => vae.loss(batch, scope), steps: 60 });
    const { mean: codes } = await collect(encode(vae, { n: 16, pixels: "u8" }), bars(), { runtime, store });
    const mixture = withPrior(
      vae,
      mixtureDensity(fitMixture(codes!, { components: 4, key: key(3), regularization: 1e-3 })),
    );
    await checkSampler(mixture, store);

    const small = new Vae({
      shape: [2],
      latentDim: 2,
      architecture: dense({ hidden: [8] }),
      likelihood: latentLikelihood(),
    });
    const stage = new SecondStage(small, { k: 4 });
    const whole = withPrior(vae, stage);
    const second = await trained(whole, {
      loss: (batch, scope) => stage.loss(vae, batch, scope),
      learn: stage,
      steps: 20,
    });
    await checkSampler(whole, second.store);
  });
});

describe("losses that match codes to the prior", () => {
  it.each([
    ["waeMmd", waeMmd],
    ["infoVae", infoVae],
  ])("%s: reconstructs bars, with codes near the prior", async (_, lossOf) => {
    const vae = tinyVae({ architecture: dense({ hidden: [32] }), likelihood: "gaussian", latentDim: 3 });
    const { store } = await trained(vae, { loss: lossOf(vae, { lambda: 50 }), steps: 400 });
    const rows = await collect(reconstruct(vae, { n: 16, pixels: "u8" }), bars(), { runtime, store });
    const { x } = await bars().rows(Array.from({ length: 64 }, (_, i) => i));
    const error = mean(numbers(rows["reconstruction"]!).map((v, i) => (v - numbers(x!)[i]! / 255) ** 2));
    expect(error).toBeLessThan(0.02); //                  0.11 for a grey picture
    const spread = mean(numbers(rows["mean"]!).map((v) => v * v));
    expect(spread).toBeGreaterThan(0.3);
    expect(spread).toBeLessThan(2.5);
  });
});

describe("GumbelVae", () => {
  it("learns bars with a falling temperature; its files give what the trainer gives", async () => {
    const vae = new GumbelVae({
      shape: SHAPE,
      variables: 3,
      categories: 4,
      architecture: dense({ hidden: [32] }),
      temperature: exponentialDecay(1, { decay: 0.5, every: 200 }),
    });
    const { store } = await trained(vae, { loss: (batch, scope) => vae.loss(batch, scope), steps: 400 });
    const rows = await bars().rows(Array.from({ length: 64 }, (_, i) => i));
    const program = bound(vae, { n: 64, pixels: "u8" });
    const { nats } = await runtime.run(program, { store, feeds: { x: rows["x"]! }, key: key(9) });
    expect(mean(numbers(nats!))).toBeLessThan(4); //     about 10 untrained; log 8 is the least
    await checkSampler(vae, store, gumbelExportedFiles(vae));
  });
});
