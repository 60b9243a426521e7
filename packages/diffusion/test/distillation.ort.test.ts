import { batches, fit, key, paths, trainStep, type Program, type Runtime, type Store } from "@gen/core";
import { node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  consistencyLoss,
  consistencyTarget,
  Diffusion,
  diffusionLoss,
  edm,
  fields,
  MlpNetwork,
  pairStore,
  progressiveLoss,
  sample,
  studentStore,
} from "../src/index.js";
import { blobs, labels, tiny } from "./models.js";

let runtime: Runtime;
beforeAll(async () => void (runtime = await node({ threads: 1 })));
afterAll(() => runtime.close());

const data = batches(blobs(2048), { size: 128, key: key(1) });
const label = labels(Array.from({ length: 128 }, (_, i) => i % 2));

async function learn(step: Program, store: Store, steps: number): Promise<number[]> {
  const losses: number[] = [];
  for await (const { loss } of fit(step, { runtime, store, data, steps, key: key(2) })) losses.push(loss);
  return losses;
}

it("a student takes in 2 steps about where its teacher takes in 4", async () => {
  const model = tiny();
  const teacher = await runtime.init(model, { key: key(0) });
  const optimizer = adam({ learningRate: 3e-3 });
  const batch = fields(model, { n: 128 });
  await learn(
    trainStep({ model, batch, loss: (rows, scope) => diffusionLoss(model, rows, { scope }), optimizer }),
    teacher,
    400,
  );

  const pair = { student: model, teacher: tiny() };
  const store = await pairStore(model, { runtime, from: teacher });
  const before = await store.read("teacher.network.first.weight");
  const step = trainStep({
    model: pair,
    learn: pair.student,
    batch,
    loss: (rows, scope) => progressiveLoss(pair, rows, { options: { steps: 2 }, scope }),
    optimizer: adam({ learningRate: 1e-3 }),
  });
  await learn(step, store, 300);
  expect((await store.read("teacher.network.first.weight")).data).toEqual(before.data);

  const student = await studentStore(model, { runtime, from: store });
  expect(student.names().sort()).toEqual([...paths(model).keys()].sort());
  const drawn = async (from: Store, steps: number): Promise<number[]> => {
    const { samples } = await runtime.run(sample(model, { n: 128, steps, sampler: "ddim" }), {
      store: from,
      key: key(5),
      feeds: { label },
    });
    return Array.from(samples!.data, Number);
  };
  const wanted = await drawn(teacher, 4);
  const apart = (got: readonly number[]): number =>
    got.reduce((sum, v, i) => sum + (v - wanted[i]!) ** 2, 0) / got.length;
  expect(apart(await drawn(student, 2))).toBeLessThan(0.6 * apart(await drawn(teacher, 2)));
});

it("a consistency model draws in one step what lies where the data do", async () => {
  const process = edm();
  const network = new MlpNetwork({ dim: 2, width: 32, depth: 2, conditionFeatures: 8 });
  const model = new Diffusion({ network, process, target: consistencyTarget(process), condition: { classes: 2 } });
  const store = await runtime.init(model, { key: key(0) });
  const step = trainStep({
    model,
    batch: fields(model, { n: 128 }),
    loss: (rows, scope) => consistencyLoss(model, rows, { options: { levels: 11 }, scope }),
    optimizer: adam({ learningRate: 3e-3 }),
  });
  await learn(step, store, 500);
  const { samples } = await runtime.run(sample(model, { n: 128, steps: 1, sampler: "consistency" }), {
    store,
    key: key(5),
    feeds: { label },
  });
  const mean = (k: number): number =>
    Array.from({ length: 64 }, (_, i) => Number(samples!.data[4 * i + k])).reduce((a, b) => a + b, 0) / 64;
  [-1, 0.5, 1, -0.5].forEach((wanted, k) => expect(Math.abs(mean(k) - wanted)).toBeLessThan(0.3));
});
