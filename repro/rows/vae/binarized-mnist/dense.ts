/**
 * @file A plain dense VAE on the fixed binarisation of MNIST.
 * Kingma & Welling 2014, arXiv:1312.6114; measured by importance sampling as in Burda et al. 2016, arXiv:1509.00519.
 */
import { batches, evaluate, fit, key, split, trainStep, type Tensor } from "@gen/core";
import { adam, cosine, ema } from "@gen/core/optim";
import { loadCheckpoint, node, saveCheckpoint } from "@gen/core/node";
import { binarizedMnist } from "@gen/data/node";
import { bound, dense, logProb, Vae } from "@gen/vae";
import { checkpointFolder } from "../../../src/results.js";
import type { Measured, Result, Row, TrainOptions } from "../../../src/row.js";
import { randomRows } from "../../../src/subset.js";
import { readWeights, writeWeights } from "../../../src/weights.js";

const id = "vae/binarized-mnist/dense";
const seed = 0;
const batchSize = 128;
const stepsPerEpoch = Math.floor(50_000 / batchSize);
const epochs = 150;
const steps = epochs * stepsPerEpoch;

/** β rises from 0 to 1 over the first epochs, so that the latents are used before they are paid for. */
const warmUpSteps = 20 * stepsPerEpoch;

const vae = new Vae({
  shape: [1, 28, 28],
  latentDim: 40,
  architecture: dense({ hidden: [300, 300], activation: "silu" }),
  beta: (step: Tensor) => step.add(1).div(warmUpSteps).minimum(1),
});

async function train({ resume, log, signal }: TrainOptions): Promise<Result> {
  const step = trainStep({
    model: vae,
    batch: { x: { shape: [batchSize, ...vae.shape], dtype: "u8" } },
    loss: (batch, scope) => vae.loss(batch, scope).loss,
    optimizer: adam({ learningRate: cosine(2e-3, { steps }), weightDecay: 0.1 }),
    average: ema({ decay: 0.999 }),
  });
  const [root, runtime] = [key(seed), await node({ threads: 1 })];
  const store = await runtime.init(vae, { key: split(root, 0) });
  const folder = checkpointFolder(id);
  let from = 0;
  let before = 0;
  if (resume) {
    const { step: done, config } = await loadCheckpoint(store, folder);
    [from, before] = [done, (config as { seconds: number }).seconds];
    log(`going on from step ${done}`);
  }
  const data = batches(await binarizedMnist({ split: "train" }), { size: batchSize, key: split(root, 1) });
  const every = 10 * stepsPerEpoch;
  const validate = {
    program: bound(vae, { n: 1000, pixels: "u8" }),
    data: await binarizedMnist({ split: "valid" }),
    key: split(root, 2),
    from: "ema",
    keepBest: true,
    every,
  };
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  let mean = 0;
  for await (const { n, loss, rate, validation } of fit(step, {
    runtime,
    store,
    data,
    steps,
    from,
    every,
    signal,
    validate,
    key: split(root, 3),
  })) {
    mean += (loss - mean) / Math.min(n - from, stepsPerEpoch);
    if (validation === undefined) continue;
    const valid = validation.metrics["nats"]!.mean.toFixed(2);
    log(`epoch ${n / stepsPerEpoch}: train ${mean.toFixed(2)}, valid ${valid} nats, ${rate.toFixed(0)} steps/s`);
    await saveCheckpoint(store, folder, { step: n, config: { seconds: seconds() } });
  }
  const trained = seconds();
  const best = Object.entries(await store.readAll((name) => name.startsWith("best.")));
  await writeWeights(id, Object.fromEntries(best.map(([name, array]) => [name.slice("best.".length), array])));
  await runtime.close();
  log("measuring log p(x) of the 10,000 test rows, k = 5,000");
  const measured = await measure(10_000);
  const notes = `784-300-300-40-300-300-784, silu; Adam 2e-3 with cosine decay, weight decay 0.1, batch ${batchSize}, ${epochs} epochs; β from 0 to 1 over 20 epochs; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000`;
  return { measured, seed, seconds: trained, steps, notes };
}

/** −log p(x) by importance sampling with k = 5,000, of random test rows under the weights in the file. */
async function measure(n: number): Promise<Measured> {
  const runtime = await node();
  const store = runtime.emptyStore();
  for (const [name, array] of Object.entries(await readWeights(id))) await store.write(name, array);
  const rows = randomRows(await binarizedMnist({ split: "test" }), n);
  const program = logProb(vae, { n: 100, k: 5000, pixels: "u8" });
  const { logProb: mean } = await evaluate(program, rows, { runtime, store, key: key(seed) });
  await runtime.close();
  return { value: -mean!.mean, standardError: mean!.standardError, n };
}

export const row: Omit<Row, "id" | "paper" | "target" | "unit" | "better"> = {
  split: "50,000 rows to learn, 10,000 to choose the weights, test rows to measure",
  train,
  check: measure,
};
