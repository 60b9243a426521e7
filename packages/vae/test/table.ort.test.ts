/** @file Tables with gaps: learned from, filled in, and exported for processes without our code. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batches, fit, key, ndarray, trainStep, type NdArray, type Runtime } from "@gen/core";
import { codecOf } from "@gen/core/codec";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { complete, exportedFiles, gumbelExportedFiles, GumbelVae, lossOf, type VaeBatch } from "../src/index.js";
import { rows, tableModels, WIDTH } from "./tables.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "tables-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

const numbers = ({ data }: { readonly data: unknown }): number[] =>
  Array.from(data as Iterable<number | bigint>, Number);
const int64 = (value: number): Tensor => new Tensor("int64", [BigInt(value)], []);

it("learns from rows with gaps, and fills them in from what it learned", async () => {
  const model = tableModels[0]!.make();
  const step = trainStep({
    model,
    batch: { x: [64, WIDTH], mask: [64, WIDTH] },
    loss: (batch, scope) => lossOf(model, batch as VaeBatch, scope),
    optimizer: adam({ learningRate: 1e-2 }),
  });
  const store = await runtime.init(model, { key: key(0) });
  const data = batches(rows(2000).data, { size: 64, key: key(1) });
  const losses: number[] = [];
  for await (const { loss } of fit(step, { runtime, store, data, steps: 600, key: key(2) })) losses.push(loss);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);

  const n = 200;
  const { x } = rows(n, 9);
  const mask = Float32Array.from({ length: n * WIDTH }, (_, i) => Number(i % WIDTH !== 1 && i % WIDTH !== 2));
  const whole = [...Array(n).keys()].filter((i) => x[i * WIDTH]! > 0); // their length is there
  const feeds = { x: ndarray(x, [n, WIDTH]), mask: ndarray(mask, [n, WIDTH]) };
  const program = complete(model, { n, rounds: 20, k: 20 });
  const filled = numbers((await runtime.run(program, { store, feeds, key: key(5) }))["completed"]!);
  const error = whole.map((i) => filled[i * WIDTH + 1]! - x[i * WIDTH + 1]!);
  const rms = Math.sqrt(error.reduce((sum, e) => sum + e * e, 0) / error.length);
  expect(rms).toBeLessThan(2); // of a column whose deviation is 5.8
  const right = whole.filter((i) => filled[i * WIDTH + 2] === Math.min(2, Math.floor(0.3 * x[i * WIDTH]!)));
  expect(right.length / whole.length).toBeGreaterThan(0.8); // the most frequent kind has 0.34
});

describe.each(tableModels)("the folder of a $name of a table", ({ name, make }) => {
  const model = make();
  const path = (file: string): string => join(folder, name, file);
  const files = model instanceof GumbelVae ? gumbelExportedFiles(model) : exportedFiles(model);

  it("takes and gives the user's units, gaps as NaN, with onnxruntime-node alone", async () => {
    const store = await runtime.init(model, { key: key(3) });
    const { codec } = model;
    await exportFolder(
      join(folder, name),
      { family: "vae", name, files, codec: codec.describe().spec },
      { runtime, store },
    );
    const { card } = await openFolder(join(folder, name));
    expect(codecOf(card.codec).describe()).toEqual(codec.describe());
    const x = card.files["logprob.onnx"]!.inputs.find((port) => port.name === "x")!;
    expect(x.description).toContain("kind (one of 3: 0 = short, 1 = middle, 2 = long, may be missing)");

    const run = async (file: string, inputs: Record<string, Tensor>): Promise<Record<string, NdArray>> => {
      const session = await InferenceSession.create(path(file), { logSeverityLevel: 3 });
      const found = Object.entries(await session.run(inputs)).map(([port, { data, dims }]) => [
        port,
        ndarray(data as Float32Array<ArrayBuffer>, dims),
      ]);
      await session.release();
      return Object.fromEntries(found) as Record<string, NdArray>;
    };
    const { samples } = await run("sampler.onnx", { seed: int64(3), n: int64(9) });
    codec.check(samples!);

    const given = rows(5, 4);
    const gappy = given.x.map((value, i) => (given.mask[i] === 0 ? NaN : value));
    const [rowsGiven, mask] = [new Tensor(gappy, [5, WIDTH]), new Tensor(given.mask, [5, WIDTH])];
    const counts = { seed: int64(7), k: int64(3) };
    const { logprob } = await run("logprob.onnx", { x: rowsGiven, ...counts });
    const feeds = { x: ndarray(gappy, [5, WIDTH]), seed: whole(7), k: whole(3) };
    const wanted = await runtime.run(files["logprob"]!.trace({ n: 5, k: 3 }), { store, feeds });
    numbers(logprob!).forEach((v, i) => expect(v).toBeCloseTo(numbers(wanted["logprob"]!)[i]!, 3));

    const { completed } = await run("complete.onnx", { x: rowsGiven, mask, rounds: int64(2), ...counts });
    codec.check(completed!);
    numbers(completed!).forEach((v, i) => given.mask[i] === 1 && expect(v).toBe(gappy[i]));
  });
});

const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");
