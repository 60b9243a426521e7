import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batches, fit, key, ndarray, trainStep, type Runtime, type Store } from "@gen/core";
import { adam, linear } from "@gen/core/optim";
import { loadCheckpoint, node, saveCheckpoint } from "@gen/core/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bound, complete, dense, sample, type Vae, type VaeOptions } from "../src/index.js";
import { fields } from "../src/programs.js";
import { bars, tinyVae } from "./pictures.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "vae-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

const numbers = (data: ArrayLike<number | bigint>): number[] => Array.from(data, Number);

describe("training", () => {
  const SIZE = 16;
  const start = async (
    options: Partial<VaeOptions> = {},
  ): Promise<{ vae: Vae; store: Store; train: (steps: number, patienceMs?: number) => Promise<number[]> }> => {
    const vae = tinyVae({ classes: 2, ...options });
    const store = await runtime.init(vae, { key: key(0) });
    const step = trainStep({
      model: vae,
      batch: fields(vae, { n: SIZE, pixels: "u8" }),
      loss: (batch, scope) => vae.loss(batch, scope),
      optimizer: adam({ learningRate: 1e-2 }),
    });
    const data = batches(bars(), { size: SIZE, key: key(1) });
    const train = async (steps: number, patienceMs = 250): Promise<number[]> => {
      const losses: number[] = [];
      for await (const { loss } of fit(step, { runtime, store, data, steps, key: key(2), patienceMs }))
        losses.push(loss);
      return losses;
    };
    return { vae, store, train };
  };
  /** Negative bound of all rows. */
  const nats = async (vae: Vae, store: Store): Promise<number> => {
    const rows = await bars().rows(Array.from({ length: 64 }, (_, i) => i));
    const { nats } = await runtime.run(bound(vae, { n: 64, pixels: "u8" }), { store, feeds: rows, key: key(9) });
    return numbers(nats!.data).reduce((a, b) => a + b, 0) / 64;
  };

  it("lowers the bound: bars take little more than to say which", async () => {
    const { vae, store, train } = await start({ architecture: dense({ hidden: [32] }) });
    const before = await nats(vae, store);
    await train(400);
    expect(before).toBeGreaterThan(9);
    expect(await nats(vae, store)).toBeLessThan(3.5); // log 4 is the least

    // A bright row, of which the left half is known: the right half follows.
    const rows = ndarray(
      Array.from({ length: 4 * 16 }, (_, i) => Number(Math.floor((i % 16) / 4) === Math.floor(i / 16))),
      [4, 1, 4, 4],
    );
    const mask = ndarray(
      Array.from({ length: 4 * 16 }, (_, i) => Number(i % 4 < 2)),
      [4, 1, 4, 4],
    );
    const feeds = { x: rows, mask, label: ndarray([0, 0, 0, 0], [4], "i32") };
    const { completed } = await runtime.run(complete(vae, { n: 4, rounds: 10 }), { store, feeds, key: key(3) });
    numbers(completed!.data).forEach((v, i) => expect(Math.abs(v - rows.data[i]!)).toBeLessThan(0.4));
  });

  it("gives the same bits however many steps one run takes", async () => {
    const beta = linear(0, { steps: 20, end: 1 });
    const [single, many] = [await start({ beta }), await start({ beta })];
    expect(await many.train(37, 10_000)).toEqual(await single.train(37, 0));
    expect(await many.store.readAll()).toEqual(await single.store.readAll());
  });

  it("is kept by a checkpoint, to the bit", async () => {
    const { vae, store, train } = await start();
    await train(10);
    const saved = join(folder, "checkpoints");
    await saveCheckpoint(store, saved, { step: 10 });
    const loaded = runtime.emptyStore();
    await loadCheckpoint(loaded, saved);
    const drawn = async (from: Store): Promise<unknown> =>
      runtime.run(sample(vae, { n: 4 }), {
        store: from,
        key: key(4),
        feeds: { label: ndarray([0, 1, 0, 1], [4], "i32") },
      });
    expect(await drawn(loaded)).toEqual(await drawn(store));
  });
});
