import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  arrays,
  batches,
  evaluate,
  fit,
  key,
  ndarray,
  trainStep,
  type Dataset,
  type Runtime,
  type Store,
} from "@gen/core";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pixelFields, pixelFiles, pixelLogProb, type PixelBatch, type PixelModel } from "../../src/index.js";
import { alone } from "../alone.js";
import { numbers } from "../statistics.js";
import { models } from "./models.js";

const [SIDE, ROWS, BATCH] = [6, 256, 32];

/** A column or a row of ink at one of 6 places: 12 pictures, as likely, so that the entropy is log 12 nats. */
function bars(levels = 2): Dataset {
  const x = new Uint8Array(ROWS * SIDE * SIDE);
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < SIDE; i++) {
      const at = Math.floor(r / 2) % SIDE;
      const place = r % 2 === 0 ? i * SIDE + at : at * SIDE + i;
      x[r * SIDE * SIDE + place] = levels === 2 ? 255 : 255 - 40 * i;
    }
  }
  return arrays({ x: ndarray(x, [ROWS, 1, SIDE, SIDE], "u8") });
}

describe.each(Object.entries(models))("%s", (name, make) => {
  let runtime: Runtime;
  let folder: string;
  let store: Store;
  const model: PixelModel = make([1, SIDE, SIDE]);
  beforeAll(async () => {
    runtime = await node({ threads: 1 });
    folder = await mkdtemp(join(tmpdir(), "pixels-"));
    store = await runtime.init(model, { key: key(0) });
    const step = trainStep({
      model,
      batch: pixelFields(model, { n: BATCH, pixels: "u8" }),
      loss: (batch, scope) => model.loss(batch as unknown as PixelBatch, scope),
      optimizer: adam({ learningRate: 1e-2 }),
    });
    const data = batches(bars(), { size: BATCH, key: key(1) });
    for await (const { loss } of fit(step, { runtime, store, data, steps: 150, key: key(2) }))
      expect(loss).toBeLessThan(100);
    await exportFolder(
      join(folder, name),
      { family: "autoregressive", name, files: pixelFiles(model) },
      { runtime, store },
    );
  });
  afterAll(async () => {
    await runtime.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("learns: near the entropy of the data", async () => {
    const { nats } = await evaluate(pixelLogProb(model, { n: 64, pixels: "u8" }), bars(), { runtime, store });
    expect(nats!.mean).toBeGreaterThan(Math.log(12) - 1e-3); // no model can do better
    expect(nats!.mean).toBeLessThan(Math.log(12) + 1);
  });

  it("is exported with parity, and its files give the trainer's numbers without our code", async () => {
    const { card } = await openFolder(join(folder, name));
    expect(Object.keys(card.files).sort()).toEqual(["complete.onnx", "logprob.onnx", "network.onnx", "sampler.onnx"]);
    expect(card.parity.map(({ file }) => file).sort()).toEqual(Object.keys(card.files).sort());
    const files = pixelFiles(model);
    const requests = Object.entries(files).map(([stem, file]) => {
      const inputs = file.example({ n: 5 });
      return { file: `${stem}.onnx`, inputs, wanted: runtime.run(file.trace({ n: 5 }), { store, feeds: inputs }) };
    });
    const found = await alone(join(folder, name), requests);
    for (const [i, { file, wanted }] of requests.entries()) {
      for (const [output, array] of Object.entries(await wanted)) {
        const got = found[i]![output]!;
        numbers(array).forEach((v, k) => {
          if (!(Math.abs(v - got[k]!) <= 1e-4 * (1 + Math.abs(v))))
            expect.fail(`${file}: expected ${v}, got ${got[k]}`);
        });
      }
    }
    const completed = found[requests.findIndex(({ file }) => file === "complete.onnx")]!["completed"]!;
    const given = numbers(files["complete"]!.example({ n: 5 })["x"]!).map((v) => Number(v > 0.5));
    completed.forEach((v, k) => {
      if (k % model.dims < model.dims / 2) expect(v).toBe(given[k]);
    });
  });
});
