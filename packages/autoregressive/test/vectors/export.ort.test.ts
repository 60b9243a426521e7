import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrays, batches, evaluate, fit, key, ndarray, trainStep, type Runtime } from "@gen/core";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Made, Nade, vectorFiles, vectorNats, type VectorModel } from "../../src/index.js";
import { alone } from "../alone.js";
import { numbers } from "../statistics.js";

const D = 8;
let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "vectors-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

/** A one at one of 8 places: log 8 nats. */
const places = arrays({
  x: ndarray(
    Array.from({ length: 256 * D }, (_, i) => Number(i % D === Math.floor(i / D) % D)),
    [256, D],
  ),
});

const models: Readonly<Record<string, VectorModel>> = {
  nade: new Nade({ dim: D, hidden: 32 }),
  made: new Made({ dim: D, hidden: [64] }),
  "made-orders": new Made({ dim: D, hidden: [64], orders: 3 }),
};

it.each(Object.entries(models))(
  "%s learns, and its files give the trainer's numbers without our code",
  async (name, model) => {
    const store = await runtime.init(model, { key: key(0) });
    const step = trainStep({
      model,
      batch: { x: [32, D] },
      loss: ({ x }, scope) => model.loss(x, scope),
      optimizer: adam({ learningRate: 2e-2 }),
    });
    const data = batches(places, { size: 32, key: key(1) });
    for await (const { loss } of fit(step, { runtime, store, data, steps: 300, key: key(2) }))
      expect(loss).toBeLessThan(20);
    const { nats } = await evaluate(vectorNats(model, { n: 64 }), places, { runtime, store });
    expect(nats!.mean).toBeGreaterThan(Math.log(D) - 1e-3);
    expect(nats!.mean).toBeLessThan(Math.log(D) + 0.2);

    const files = vectorFiles(model);
    await exportFolder(join(folder, name), { family: "autoregressive", name, files }, { runtime, store });
    expect(Object.keys((await openFolder(join(folder, name))).card.files).sort()).toEqual([
      "complete.onnx",
      "logprob.onnx",
      "sampler.onnx",
    ]);
    const requests = Object.entries(files).map(([stem, file]) => ({
      file: `${stem}.onnx`,
      inputs: file.example({ n: 5 }),
    }));
    const found = await alone(join(folder, name), requests);
    for (const [i, file] of Object.values(files).entries()) {
      const wanted = await runtime.run(file.trace({ n: 5 }), { store, feeds: requests[i]!.inputs });
      for (const [output, array] of Object.entries(wanted))
        numbers(array).forEach((v, k) => expect(found[i]![output]![k]!).toBeCloseTo(v, 3));
    }
  },
);
