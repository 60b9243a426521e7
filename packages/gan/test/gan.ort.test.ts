import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrays, batches, fit, key, ndarray, normalDraws, type Dataset, type Runtime, type Store } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { adam, ema } from "@gen/core/optim";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  dense,
  exportedFiles,
  game,
  Gan,
  r1,
  rowsPerStep,
  sample,
  sampleOfSeed,
  type GameOptions,
} from "../src/index.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "gan-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

/** Points around eight centres on a circle of radius 2. */
function ring(): Dataset {
  const noise = normalDraws(key(1), 2 * 4096);
  const x = noise.map((v, i) => {
    const angle = ((Math.floor(i / 2) % 8) * Math.PI) / 4;
    return 2 * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) + 0.05 * v;
  });
  return arrays({ x: ndarray(x, [4096, 2]) });
}

const make = (): Gan =>
  new Gan({ shape: [2], latentDim: 8, architecture: dense({ hidden: [64, 64] }), penalties: [r1({ weight: 0.1 })] });
const optimizer = adam({ learningRate: 2e-3, beta1: 0, beta2: 0.99 });
const options = (more: Partial<GameOptions> = {}): GameOptions => ({
  batch: 128,
  optimizers: { discriminator: optimizer, generator: optimizer },
  average: ema({ decay: 0.99 }),
  ...more,
});

interface Played {
  readonly gan: Gan;
  readonly store: Store;
  readonly losses: readonly number[];
}

async function play(
  steps: number,
  { patienceMs = 250, ...more }: Partial<GameOptions> & { patienceMs?: number } = {},
): Promise<Played> {
  const gan = make();
  const store = await runtime.init(gan, { key: key(0) });
  const data = batches(ring(), { size: rowsPerStep(options(more)), key: key(2) });
  const losses: number[] = [];
  const step = game(gan, options(more));
  for await (const { outputs } of fit(step, { runtime, store, data, steps, key: key(3), patienceMs }))
    losses.push(outputs["generator.loss"]!);
  return { gan, store, losses };
}

/** Which centres have samples within 0.25, and the share of samples that are near one. */
function covered(data: ArrayLike<number | bigint>): { modes: number; share: number } {
  const near = Array.from({ length: data.length / 2 }, (_, i) => {
    const [a, b] = [Number(data[2 * i]), Number(data[2 * i + 1])];
    const mode = (Math.round((Math.atan2(b, a) * 4) / Math.PI) + 8) % 8;
    return Math.hypot(a - 2 * Math.cos((mode * Math.PI) / 4), b - 2 * Math.sin((mode * Math.PI) / 4)) < 0.25
      ? mode
      : -1;
  });
  return {
    modes: new Set(near.filter((mode) => mode >= 0)).size,
    share: near.filter((m) => m >= 0).length / near.length,
  };
}

describe("a game on eight Gaussians", () => {
  it("gives the same bits however many steps one run takes, and however often each moves", async () => {
    const updates = { discriminator: 2, generator: 3 };
    const [single, many] = [
      await play(13, { patienceMs: 0, updates }),
      await play(13, { patienceMs: 10_000, updates }),
    ];
    expect(many.losses).toEqual(single.losses);
    expect(await many.store.readAll()).toEqual(await single.store.readAll());
  });

  it("finds all of them, and its exported files run without us", async () => {
    const { gan, store } = await play(1_500);
    const { samples } = await runtime.run(sample(gan, { n: 1000 }), { store, key: key(4), from: "ema" });
    const { modes, share } = covered(samples!.data);
    expect(modes).toBe(8);
    expect(share).toBeGreaterThan(0.6);

    const path = join(folder, "ring");
    await exportFolder(
      path,
      { family: "gan", name: "ring", files: exportedFiles(gan) },
      { runtime, store, from: "ema" },
    );
    const session = async (file: string): Promise<ort.InferenceSession> =>
      ort.InferenceSession.create(await readFile(join(path, file)));
    const int64 = (value: number): ort.Tensor => new ort.Tensor("int64", [BigInt(value)], []);
    const sampler = await session("sampler.onnx");
    const drawnWithin = (truncation: number): Promise<ort.InferenceSession.OnnxValueMapType> =>
      sampler.run({ seed: int64(7), n: int64(5), truncation: new ort.Tensor("float32", [truncation], []) });
    const drawn = await drawnWithin(6);
    const integers = { seed: ndarray([7n], [], "i64"), n: ndarray([5n], [], "i64") };
    const ours = await runtime.run(sampleOfSeed(gan, 5), {
      store,
      from: "ema",
      feeds: { ...integers, truncation: ndarray([6], []) },
    });
    const file = Array.from(drawn["samples"]!.data as Float32Array);
    Array.from(ours["samples"]!.data, Number).forEach((v, i) => expect(file[i]).toBeCloseTo(v, 4));
    const middle = Array.from((await drawnWithin(0))["samples"]!.data as Float32Array);
    expect(new Set(middle.filter((_, i) => i % 2 === 0)).size).toBe(1); // one point, five times
    expect((await drawnWithin(-0.1))["samples"]!.data.every((v) => Number.isNaN(v))).toBe(true);
    const judged = await (await session("discriminator.onnx")).run({ x: drawn["samples"]! });
    expect(judged["score"]!.dims).toEqual([5]);
    const found = await (
      await session("search.onnx")
    ).run({
      x: drawn["samples"]!,
      mask: new ort.Tensor(
        "float32",
        Float32Array.from({ length: 10 }, (_, i) => (i === 9 ? 0 : 1)),
        [5, 2],
      ),
      seed: int64(5),
      steps: int64(60),
    });
    const errors = Array.from(found["error"]!.data as Float32Array);
    expect(errors.reduce((a, b) => a + b) / 5).toBeLessThan(1); // of two rows that have nothing to do with each other: 4
    expect(found["z"]!.dims).toEqual([5, 8]);
    const [known, hidden] = [file.slice(0, 9), (found["made"]!.data as Float32Array)[9]!];
    expect(Array.from(found["completed"]!.data as Float32Array)).toEqual([...known, hidden]);
    const z = new ort.Tensor("float32", new Float32Array(16), [2, 8]);
    expect((await (await session("generator.onnx")).run({ z }))["x"]!.dims).toEqual([2, 2]);
  });
});
