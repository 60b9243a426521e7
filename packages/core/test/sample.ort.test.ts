import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inference, key, keyFromSeed, ndarray, randomNormal, type Tensor } from "../src/index.js";
import { Linear } from "../src/nn.js";
import { exportFolder, node } from "../src/node.js";
import { openModel, type SampleModel } from "../src/sample.js";

const model = { line: new Linear({ inputs: 4, outputs: 2 }) };
const integer = { shape: [], dtype: "i64" } as const;
const whole = (value: number): ReturnType<typeof ndarray> => ndarray([BigInt(value)], [], "i64");
const trace = (n: number): ReturnType<typeof inference> =>
  inference(model, { seed: integer, n: integer }, ({ seed }: { seed: Tensor }) => ({
    samples: model.line.forward(randomNormal(keyFromSeed(seed.cast("u64")), [n, 4])),
  }));

let folder: string;
let opened: SampleModel;
let wanted: readonly number[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sample-"));
  await using runtime = await node({ threads: 1 });
  const store = await runtime.init(model, { key: key(0) });
  const sampler = {
    purpose: "samples",
    trace: ({ n }: Readonly<Record<string, number>>) => trace(n!),
    symbols: { n: { from: "input", name: "n" } },
    describe: { seed: "any", n: "how many", samples: "pairs" },
    example: ({ n }: Readonly<Record<string, number>>) => ({ seed: whole(3), n: whole(n!) }),
  } as const;
  await exportFolder(join(folder, "model"), { family: "test", name: "line", files: { sampler } }, { runtime, store });
  const { samples } = await runtime.run(trace(5), { store, feeds: { seed: whole(9), n: whole(5) } });
  wanted = Array.from(samples!.data, Number);
  opened = await openModel((name) => readFile(join(folder, "model", name)), ort);
});
afterAll(async () => {
  await opened.close();
  await rm(folder, { recursive: true });
});

it("gives the trainer's samples for a seed, through the caller's ONNX Runtime", async () => {
  const { dtype, shape, data } = await opened.sample({ seed: 9, n: 5 });
  expect({ dtype, shape }).toEqual({ dtype: "f32", shape: [5, 2] });
  data.forEach((v: number | bigint, i: number) => expect(Number(v)).toBeCloseTo(wanted[i]!, 5));
});

it("makes one session at a time, whichever model asks, also after one that failed", async () => {
  let [isBusy, failures] = [false, 1];
  const create = async (bytes: Uint8Array): Promise<unknown> => {
    if (isBusy) throw new Error("another session is being made");
    isBusy = true;
    await new Promise((later) => setTimeout(later, 5));
    isBusy = false;
    if (failures-- > 0) throw new Error("no memory");
    return ort.InferenceSession.create(bytes);
  };
  const picky = { ...ort, InferenceSession: { create } };
  const models = await Promise.all(
    [1, 2, 3].map(() => openModel((name) => readFile(join(folder, "model", name)), picky)),
  );
  const drawn = await Promise.allSettled(models.map((one) => one.sample({ seed: 9, n: 5 })));
  expect(drawn.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
  expect(drawn.find(({ status }) => status === "rejected")).toMatchObject({ reason: { message: "no memory" } });
  await Promise.all(models.map((one) => one.close()));
});

it("says which input is missing or of another type", async () => {
  await expect(opened.run("sampler.onnx", { seed: 1 })).rejects.toMatchObject({
    code: "shape",
    message: expect.stringContaining('"n" i64[]') as string,
  });
  await expect(opened.run("sampler.onnx", { seed: 1, n: ndarray([1]) })).rejects.toMatchObject({ code: "shape" });
  await expect(opened.run("sampler.onnx", { seed: 1, n: ndarray([1], []) })).rejects.toMatchObject({ code: "dtype" });
  await expect(opened.run("decode.onnx", {})).rejects.toMatchObject({
    code: "file",
    message: expect.stringContaining("sampler.onnx") as string,
  });
});

it("says when there is nothing at an address", async () => {
  await expect(openModel("http://127.0.0.1:1/model", ort)).rejects.toMatchObject({
    code: "file",
    message: expect.stringContaining("127.0.0.1:1/model/card.json") as string,
  });
});
