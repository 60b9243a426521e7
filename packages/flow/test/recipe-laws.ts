/** @file What is true of every recipe: it learns, undoes itself, and is exported with parity. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { batches, fit, key, ndarray, trainStep, type NdArray } from "@gen/core";
import type { Runtime, Store } from "@gen/core";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  decode,
  encode,
  exportedFiles,
  fields,
  logProb,
  sampleOfSeed,
  type Flow,
  type FlowBatch,
} from "../src/index.js";
import type { RecipeCase } from "./recipes.js";
import { ridge } from "./ridge.js";

const SIZE = 128;
const STEPS = 150;

/** −log p(x) under the full-covariance normal distribution with the moments of two-dimensional rows, mean in nats. */
function gaussianNats({ data }: NdArray): number {
  const n = data.length / 2;
  const at = (i: number, k: number): number => Number(data[2 * i + k]);
  const mean = [0, 1].map((k) => Array.from({ length: n }, (_, i) => at(i, k)).reduce((a, b) => a + b, 0) / n);
  const cov = (a: number, b: number): number =>
    Array.from({ length: n }, (_, i) => (at(i, a) - mean[a]!) * (at(i, b) - mean[b]!)).reduce((x, y) => x + y, 0) / n;
  return 1 + Math.log(2 * Math.PI) + 0.5 * Math.log(cov(0, 0) * cov(1, 1) - cov(0, 1) ** 2);
}

const numbers = (data: ArrayLike<number | bigint>): number[] => Array.from(data, Number);
const average = ({ data }: NdArray): number => numbers(data).reduce((a, b) => a + b, 0) / data.length;
const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");

/** Trains a small flow, and holds it and its exported folder against what a flow promises. */
export function describeRecipe(name: string, { make, steps = STEPS, gain = 0.15 }: RecipeCase): void {
  describe(name, () => {
    let runtime: Runtime;
    let folder: string;
    afterAll(async () => {
      await runtime.close();
      await rm(folder, { recursive: true, force: true });
    });
    const flow: Flow = make(2);
    const rows = ridge(2048, { dim: 2, contextDim: flow.contextDim });
    const path = (file: string): string => join(folder, name, file);
    let store: Store;
    let held: Record<string, NdArray>;
    beforeAll(async () => {
      runtime = await node({ threads: 1 });
      folder = await mkdtemp(join(tmpdir(), "flow-"));
      held = await ridge(512, { dim: 2, contextDim: flow.contextDim }).rows(Array.from({ length: 512 }, (_, i) => i));
      store = await runtime.init(flow, { key: key(0) });
      const step = trainStep({
        model: flow,
        batch: fields(flow, { n: SIZE }),
        loss: (batch, scope) => flow.loss(batch as unknown as FlowBatch, scope),
        optimizer: adam({ learningRate: 1e-2 }),
      });
      const data = batches(rows, { size: SIZE, key: key(3) });
      for await (const { loss } of fit(step, { runtime, store, data, steps, key: key(4) }))
        expect(loss).toBeLessThan(1e3);
    });

    it("learns: beats the normal distribution of the same moments", async () => {
      const { nats } = await runtime.run(logProb(flow, { n: 512 }), { store, feeds: held, key: key(9) });
      expect(average(nats!)).toBeLessThan(gaussianNats(held["x"]!) - gain);
    });

    it("undoes itself in float32 after training", async () => {
      const { x, ...condition } = held;
      const { z } = await runtime.run(encode(flow, { n: 512 }), { store, feeds: held });
      const { x: again } = await runtime.run(decode(flow, { n: 512 }), { store, feeds: { z: z!, ...condition } });
      numbers(again!.data).forEach((v, i) => {
        const wanted = Number(x!.data[i]);
        expect(Math.abs(v - wanted)).toBeLessThan(1e-4 * (1 + Math.abs(wanted)));
      });
    });

    it("is exported with parity, and its files undo each other without our code", async () => {
      const request = { family: "flow", name, files: exportedFiles(flow) };
      await exportFolder(join(folder, name), request, { runtime, store });
      expect((await readdir(join(folder, name))).sort()).toEqual([
        "card.json",
        "complete.onnx",
        "decode.onnx",
        "encode.onnx",
        "logprob.onnx",
        "network.onnx",
        "sampler.onnx",
      ]);
      const { card } = await openFolder(join(folder, name));
      expect(card.parity.map(({ file }) => file).sort()).toEqual(Object.keys(card.files).sort());

      const { x, context } = await ridge(9, { dim: 2, contextDim: flow.contextDim }).rows([0, 1, 2, 3, 4, 5, 6]);
      const plain = (array: NdArray) => ({ data: numbers(array.data), shape: array.shape });
      const given = {
        x: numbers(x!.data),
        shape: x!.shape,
        ...(context === undefined ? {} : { context: plain(context) }),
      };
      const script = join(import.meta.dirname, "roundtrip.mjs");
      const { stdout } = await promisify(execFile)(process.execPath, [script, path(""), JSON.stringify(given)]);
      const { worst, shape } = JSON.parse(stdout) as { worst: number; shape: number[] };
      expect(shape).toEqual([7, 2]);
      expect(worst).toBeLessThan(1e-4);
    });

    it("samples from its file as the trainer does for the same seed", async () => {
      const context =
        flow.contextDim === 0 ? {} : { context: ndarray(new Float32Array(5 * flow.contextDim), [5, flow.contextDim]) };
      const feeds = { seed: whole(42), n: whole(5), ...context };
      const { samples: wanted } = await runtime.run(sampleOfSeed(flow, 5), { store, feeds });
      const session = await InferenceSession.create(path("sampler.onnx"), { logSeverityLevel: 3 });
      const given = Object.entries(feeds).map(([field, { data, shape, dtype }]) => [
        field,
        new Tensor(dtype === "i64" ? "int64" : "float32", data as never, shape),
      ]);
      const { samples } = await session.run(Object.fromEntries(given) as Record<string, Tensor>);
      await session.release();
      numbers(samples!.data as Float32Array).forEach((v, i) => expect(v).toBeCloseTo(Number(wanted!.data[i]), 4));
    });
  });
}
