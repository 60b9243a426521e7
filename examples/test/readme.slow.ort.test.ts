/** @file Programs in READMEs, word for word: what they print, and the files that they leave for other processes. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { key, normalDraws } from "@gen/core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(root, ".readme-")); // where packages are found by their names
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the first program of a package's README in the folder. @returns what it prints */
async function run(name: string, file: string): Promise<string> {
  const readme = await readFile(join(root, "..", "packages", name, "README.md"), "utf8");
  await writeFile(join(folder, file), /```js\n([^]*?)```/.exec(readme)![1]!);
  const options = ["--conditions=@gen/source", "--import", import.meta.resolve("tsx"), file];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, options, { cwd: folder });
  expect(stderr).toBe("");
  return stdout;
}

it("fits a density to a CSV file", async () => {
  const z = normalDraws(key(0), 900);
  const line = (i: number): string => {
    const height = 170 + 8 * z[2 * i]!;
    const income = i % 10 === 0 ? "" : Math.round(30_000 + 5_000 * z[2 * i + 1]!);
    return `${height.toFixed(1)},${i % 3 === 0 ? "Ulm" : "Bern"},${income}`;
  };
  const lines = Array.from({ length: 450 }, (_, i) => line(i));
  await writeFile(join(folder, "rows.csv"), `height,city,income\n${lines.join("\n")}\n`);
  const stdout = await run("flow", "density.mjs");
  const losses = stdout
    .trim()
    .split("\n")
    .map((row) => Number(row.split(" ")[1]));
  expect(losses.at(-1)).toBeLessThan(losses[0]!);

  const session = await InferenceSession.create(join(folder, "density", "logprob.onnx"), { logSeverityLevel: 3 });
  const x = new Tensor("float32", [170, 1, 30_000, 230, 1, 30_000, 170, 0, Number.NaN], [3, 3]);
  const { logprob } = await session.run({ x, seed: new Tensor("int64", [1n], []) });
  await session.release();
  const [usual, tall, gap] = Array.from(logprob!.data as Float32Array);
  expect(usual! - tall!).toBeGreaterThan(5); // 7.5 deviations above the mean
  expect(Number.isFinite(gap)).toBe(true);
});

it("writes on with a text", async () => {
  const lines = (await run("autoregressive", "cats.mjs")).trim().split("\n");
  const losses = lines.map((row) => Number(row.split(" ")[1]));
  expect(losses).toHaveLength(4);
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
  const session = await InferenceSession.create(join(folder, "cats", "sampler.onnx"), { logSeverityLevel: 3 });
  const whole = (value: bigint): Tensor => new Tensor("int64", [value], []);
  const { samples } = await session.run({ seed: whole(7n), n: whole(2n), steps: whole(5n) });
  await session.release();
  expect(samples!.dims).toEqual([2, 5]);
});

it("plays a game on points around a circle", async () => {
  const lines = (await run("gan", "circle.mjs")).trim().split("\n");
  expect(lines).toHaveLength(10);
  const session = await InferenceSession.create(join(folder, "circle", "sampler.onnx"), { logSeverityLevel: 3 });
  const whole = (value: bigint): Tensor => new Tensor("int64", [value], []);
  const feeds = { seed: whole(1n), n: whole(500n), truncation: new Tensor("float32", [6], []) };
  const { samples } = await session.run(feeds);
  await session.release();
  const radii = Array.from({ length: 500 }, (_, i) =>
    Math.hypot(...(samples!.data as Float32Array).slice(2 * i, 2 * i + 2)),
  );
  expect(radii.filter((r) => Math.abs(r - 1) < 0.2).length).toBeGreaterThan(400);
});

it("measures how near two sets of points are", async () => {
  const [distance, shares] = (await run("eval", "near.mjs")).split(/\n(?=[\d.]+ [\d.]+\n)/);
  expect(distance).toMatch(/value: 0\.52\d*,\s+low: 0\.47\d*,\s+high: 0\.57/);
  const [precision, recall] = shares!.trim().split(" ").map(Number);
  expect(precision).toBeCloseTo(0.99, 2);
  expect(recall).toBeCloseTo(0.77, 2);
});

it("draws points of two classes", async () => {
  const losses = (await run("diffusion", "blobs.mjs"))
    .trim()
    .split("\n")
    .map((row) => Number(row.split(" ")[1]));
  expect(losses).toHaveLength(6);
  for (const loss of losses) expect(loss).toBeLessThan(0.8); // about 2 before the first step
  const session = await InferenceSession.create(join(folder, "blobs", "sampler.onnx"), { logSeverityLevel: 3 });
  const int64 = (value: number): Tensor => new Tensor("int64", [BigInt(value)], []);
  const n = 200;
  const classes = Array.from({ length: n }, (_, i) => i % 2);
  const { samples } = await session.run({
    seed: int64(1),
    n: int64(n),
    steps: int64(20),
    label: new Tensor("int32", classes, [n]),
    guidance: new Tensor("float32", [1], []),
  });
  await session.release();
  const near = Array.from(samples!.data as Float32Array).filter((v, k) => Math.abs(v - (k % 4 < 2 ? -1 : 1)) < 1);
  expect(near.length / (2 * n)).toBeGreaterThan(0.9);
});
