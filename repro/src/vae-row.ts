/** @file Rows of dense VAEs of 28 × 28 pictures, told the class: their bound, and their samples for the leaderboard. */
import { batches, evaluate, fit, GenError, key, ndarray, paths, split, trainStep } from "@gen/core";
import { node } from "@gen/core/node";
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { datasets, openDataset } from "@gen/data/node";
import type { BuiltIn } from "@gen/eval/node";
import { bound, dense, exportedFiles, sample, Vae } from "@gen/vae";
import { openWeights } from "./place.js";
import type { Measured, Row } from "./row.js";
import { randomRows } from "./subset.js";
import { writeWeights } from "./weights.js";

export interface VaeRowOptions {
  readonly id: string;
  readonly set: BuiltIn;
  readonly classes: number;
  readonly latentDim: number;
  readonly hidden: readonly number[];
  readonly batchSize: number;
  readonly steps: number;
  readonly learningRate: number;
}

const seed = 0;
const shape = [1, 28, 28];
/** Samples that are drawn at once. */
const CHUNK = 500;

export function vaeRow(options: VaeRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  const { id, set, classes, latentDim, hidden, batchSize, steps, learningRate } = options;
  const model = new Vae({ shape, latentDim, classes, architecture: dense({ hidden, activation: "silu" }) });
  const measure = async (n: number): Promise<Measured> => {
    const { runtime, store } = await openWeights(id);
    const test = await openDataset(set, { split: "test" });
    const rows = randomRows(test, Math.min(n, test.length));
    const { nats } = await evaluate(bound(model, { n: 100, pixels: "u8" }), rows, { runtime, store, key: key(seed) });
    await runtime.close();
    return { value: nats!.mean, standardError: nats!.standardError, n: rows.length };
  };
  return {
    split: "all training rows to learn, none to choose, test rows to measure",
    async train({ resume, threads, log, signal }) {
      if (resume) throw new GenError("option", `repro: ${id} keeps no checkpoint`, { fix: "leave out --resume" });
      const [root, runtime] = [key(seed), await node({ threads })];
      const store = await runtime.init(model, { key: split(root, 0) });
      const step = trainStep({
        model,
        batch: { x: { shape: [batchSize, ...shape], dtype: "u8" }, label: { shape: [batchSize], dtype: "i32" } },
        loss: (batch, scope) => model.loss(batch, scope),
        optimizer: chain(clipByGlobalNorm(20), adam({ learningRate: cosine(learningRate, { steps }) })),
      });
      const data = batches(await openDataset(set, { split: "train" }), { size: batchSize, key: split(root, 1) });
      const start = performance.now();
      for await (const { n, loss, rate } of fit(step, { runtime, store, data, steps, signal, key: split(root, 2) })) {
        if (n % 500 === 0) log(`${n}: ${loss.toFixed(1)} nats, ${rate.toFixed(1)} steps/s`);
      }
      const seconds = (performance.now() - start) / 1000;
      await writeWeights(id, await store.readAll((name) => paths(model).has(name)));
      await runtime.close();
      const notes = `784 and ${classes} classes, ${hidden.join(", ")}, silu, ${latentDim} latent numbers; Adam ${learningRate} with cosine decay, gradient norm ≤ 20, batch ${batchSize}, ${steps} steps; value: −ELBO of test rows with one draw`;
      return { measured: await measure(10_000), seed, seconds, steps, notes };
    },
    check: measure,
    exported: () => ({
      family: "vae",
      files: exportedFiles(model),
      codec: model.codec.describe().spec,
      data: datasets[set].description,
      licence: datasets[set].licence,
    }),
    contestant: {
      set,
      name: "VAE, dense, with classes",
      classes,
      async *samples(n) {
        const { runtime, store } = await openWeights(id);
        for (let at = 0; at < n; at += CHUNK) {
          const rows = Math.min(CHUNK, n - at);
          const label = ndarray(
            Array.from({ length: rows }, (_, i) => (at + i) % classes),
            [rows],
            "i32",
          );
          const { samples } = await runtime.run(sample(model, { n: rows }), {
            store,
            feeds: { label },
            key: split(key(1), at),
          });
          yield samples!;
        }
        await runtime.close();
      },
    },
  };
}
