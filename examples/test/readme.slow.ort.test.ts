/** @file The program in the README of @gen/flow, word for word: from a CSV file to logprob.onnx, which another process runs. */
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

it("fits a density to a CSV file", async () => {
  const readme = await readFile(join(root, "..", "packages", "flow", "README.md"), "utf8");
  const [, program] = /```js\n([^]*?)```/.exec(readme)!;
  await writeFile(join(folder, "density.mjs"), program!);
  const z = normalDraws(key(0), 900);
  const line = (i: number): string => {
    const height = 170 + 8 * z[2 * i]!;
    const income = i % 10 === 0 ? "" : Math.round(30_000 + 5_000 * z[2 * i + 1]!);
    return `${height.toFixed(1)},${i % 3 === 0 ? "Ulm" : "Bern"},${income}`;
  };
  const lines = Array.from({ length: 450 }, (_, i) => line(i));
  await writeFile(join(folder, "rows.csv"), `height,city,income\n${lines.join("\n")}\n`);
  const options = ["--conditions=@gen/source", "--import", import.meta.resolve("tsx"), "density.mjs"];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, options, { cwd: folder });
  expect(stderr).toBe("");
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
