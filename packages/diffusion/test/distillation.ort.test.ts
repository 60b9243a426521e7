import { batches, fit, key, paths, trainStep, type NdArray, type Program, type Runtime, type Store } from "@gen/core";
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
  Halving,
  MlpNetwork,
  pairStore,
  progressiveLoss,
  sample,
  startPair,
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

const model = tiny();
const batch = fields(model, { n: 128 });
let teacher: Store;
beforeAll(async () => {
  teacher = await runtime.init(model, { key: key(0) });
  const optimizer = adam({ learningRate: 3e-3 });
  const step = trainStep({ model, batch, loss: (rows, scope) => diffusionLoss(model, rows, { scope }), optimizer });
  await learn(step, teacher, 400);
});

interface Way {
  readonly store: Store;
  readonly from?: string;
  readonly steps: number;
}

async function drawn({ steps, ...where }: Way): Promise<number[]> {
  const program = sample(model, { n: 128, steps, sampler: "ddim" });
  const { samples } = await runtime.run(program, { ...where, key: key(5), feeds: { label } });
  return Array.from(samples!.data, Number);
}

/** How far from where the teacher comes in so many steps, squared, in the mean. */
async function apart(way: Way, wanted: number): Promise<number> {
  const [got, there] = [await drawn(way), await drawn({ store: teacher, steps: wanted })];
  return got.reduce((sum, v, i) => sum + (v - there[i]!) ** 2, 0) / got.length;
}

it("a student takes in 2 steps about where its teacher takes in 4", async () => {
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
  expect(await apart({ store: student, steps: 2 }, 4)).toBeLessThan(
    0.6 * (await apart({ store: teacher, steps: 2 }, 4)),
  );
});

/** A halving and its step, whose student and teacher begin as the teacher above. */
async function halved(steps: number, updates: number): Promise<{ store: Store; step: Program }> {
  const halving = new Halving({ student: model, teacher: tiny(), steps, halvings: 2, updates });
  expect(halving.stages).toEqual([2 * steps, steps]);
  const store = await runtime.init(halving, { key: key(0) });
  await startPair(model, { store, from: teacher });
  const step = trainStep({
    model: halving,
    learn: halving.student,
    batch,
    loss: (rows, scope) => halving.loss(rows, scope),
    optimizer: adam({ learningRate: 1e-3 }),
  });
  return { store, step };
}

it("the student of a stage is the teacher of the next", async () => {
  const { store, step } = await halved(1, 5);
  const read = async (who: string): Promise<NdArray> => store.read(`${who}.network.first.weight`);
  const seen: { student: NdArray; teacher: NdArray }[] = [];
  for await (const { n } of fit(step, { runtime, store, data, steps: 5, every: 1, key: key(2) }))
    seen[n - 1] = { student: await read("student"), teacher: await read("teacher") };
  const first = (await teacher.read("network.first.weight")).data;
  expect(seen[0]!.teacher.data).toEqual(first);
  expect(seen[1]!.teacher.data).toEqual(seen[0]!.student.data);
  for (const later of seen.slice(2)) expect(later.teacher.data).toEqual(seen[1]!.teacher.data);
});

it("two stages in one training: in 1 step about where the teacher comes in 4", async () => {
  const { store, step } = await halved(1, 600);
  await learn(step, store, 600);
  const near = await apart({ store, from: "student", steps: 1 }, 4);
  expect(near).toBeLessThan(0.6 * (await apart({ store: teacher, steps: 1 }, 4)));
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
