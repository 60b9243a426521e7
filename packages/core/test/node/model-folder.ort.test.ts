import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  inference,
  key,
  keyFromSeed,
  ndarray,
  randomNormal,
  uniformDraws,
  type ExportFile,
  type Parity,
  type Runtime,
  type Store,
  type Tensor,
} from "../../src/index.js";
import { Linear } from "../../src/nn.js";
import { exportFolder, node, openFolder } from "../../src/node.js";
import { PARITY_TOLERANCE } from "../../src/onnx.js";
import { loadWeights } from "../../src/tune.js";

const model = { line: new Linear({ inputs: 4, outputs: 2 }) };
const integer = { shape: [], dtype: "i64" } as const;
const sample = (n: number): ReturnType<typeof inference> =>
  inference(model, { seed: integer, n: integer }, ({ seed }: { seed: Tensor }) => ({
    samples: model.line.forward(randomNormal(keyFromSeed(seed.cast("u64")), [n, 4])),
  }));
const whole = (value: number): ReturnType<typeof ndarray> => ndarray([BigInt(value)], [], "i64");
const sampler: ExportFile = {
  purpose: "samples",
  trace: ({ n }) => sample(n!),
  symbols: { n: { from: "input", name: "n" } },
  describe: { seed: "any", n: "how many", samples: "pairs" },
  example: ({ n }) => ({ seed: whole(3), n: whole(n!) }),
};
const request = { family: "test", name: "line", files: { sampler }, recipe: { inputs: 4 } };

let runtime: Runtime;
let store: Store;
let folder: string;

beforeAll(async () => {
  runtime = await node({ threads: 1 });
  store = await runtime.init(model, { key: key(0) });
});
afterAll(() => runtime.close());
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "model-")), "model");
  await exportFolder(folder, request, { runtime, store });
  return () => rm(join(folder, ".."), { recursive: true, force: true });
});

const edit = async (change: (card: Record<string, unknown>) => void): Promise<void> => {
  const path = join(folder, "card.json");
  const card = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  change(card);
  await writeFile(path, JSON.stringify(card));
};

it.each([1, 2, 17])("samples %i rows without our code, equal to the trainer's for the same seed", async (n) => {
  const session = await (await openFolder(folder)).open("sampler.onnx");
  const got = await session.run({ seed: whole(42), n: whole(n) });
  await session.close();
  const wanted = await runtime.run(sample(n), { store, feeds: { seed: whole(42), n: whole(n) } });
  expect(got["samples"]!.shape).toEqual([n, 2]);
  got["samples"]!.data.forEach((v: number | bigint, i: number) =>
    expect(Number(v)).toBeCloseTo(Number(wanted["samples"]!.data[i]), 5),
  );
});

it("records the parity with the trainer", async () => {
  const { card } = await openFolder(folder);
  expect(card.parity).toEqual([expect.objectContaining({ file: "sampler.onnx", provider: "cpu" })]);
  expect(card.parity[0]!.maxAbsolute).toBeLessThan(1e-5);
});

it("stores weights in fewer bits where that is asked for, and says what it was allowed to change", async () => {
  const wide = { line: new Linear({ inputs: 300, outputs: 200 }) };
  const trace = ({ n }: Readonly<Record<string, number>>): ReturnType<typeof inference> =>
    inference(wide, { x: [n!, 300] }, ({ x }) => ({ y: wide.line.forward(x) }));
  const file: ExportFile = {
    purpose: "products",
    trace,
    symbols: { n: { from: "dim", input: "x", axis: 0 } },
    describe: { x: "any", y: "products" },
    example: ({ n }) => ({ x: ndarray(uniformDraws(key(1), n! * 300), [n!, 300]) }),
  };
  const weights = await runtime.init(wide, { key: key(4) });
  const files = {
    narrow: file,
    kept: { ...file, precision: "f32" },
    own: { ...file, precision: "f32", tolerance: 1e-3 },
  } as const;
  const card = await exportFolder(folder, { ...request, files, precision: "f16" }, { runtime, store: weights });
  expect(card).toEqual((await openFolder(folder)).card);
  const [narrow, kept] = [card.files["narrow.onnx"]!, card.files["kept.onnx"]!];
  expect([narrow.precision, kept.precision]).toEqual(["f16", "f32"]);
  expect(narrow.bytes).toBeLessThan(0.6 * kept.bytes);
  const [loose, exact, own] = card.parity as [Parity, Parity, Parity];
  expect([loose, exact, own].map(({ tolerance }) => tolerance)).toEqual([
    PARITY_TOLERANCE.f16,
    PARITY_TOLERANCE.f32,
    1e-3,
  ]);
  expect(loose.maxRelative).toBeGreaterThan(1e-5); // rounded, as it says
  expect(loose.maxRelative).toBeLessThan(PARITY_TOLERANCE.f16);
  expect(exact.maxRelative).toBeLessThan(1e-5);

  const bytes = await exportFolder(folder, { ...request, files, precision: "i8" }, { runtime, store: weights });
  const inBytes = bytes.files["narrow.onnx"]!;
  expect([inBytes.precision, bytes.files["kept.onnx"]!.precision]).toEqual(["i8", "f32"]);
  expect(inBytes.bytes).toBeLessThan(0.3 * kept.bytes);
  expect(bytes.parity[0]!.maxRelative).toBeLessThan(PARITY_TOLERANCE.i8 / 5);
  const opened = await openFolder(folder);
  const back = await runtime.init(wide, { key: key(0) });
  const source = { ...opened, card: { ...opened.card, files: { "narrow.onnx": inBytes } } };
  await loadWeights({ store: back, model: wide, source });
  const [was, got] = [await weights.read("line.weight"), await back.read("line.weight")];
  const most = Math.max(...[...was.data].map((v) => Math.abs(Number(v))));
  const off = [...was.data].map((v, i) => Math.abs(Number(v) - Number(got.data[i])));
  expect(Math.max(...off)).toBeLessThan((0.501 * most) / 127);
  expect(Math.max(...off)).toBeGreaterThan(0);
  const { own: only } = files;
  await expect(
    exportFolder(folder, { ...request, files: { only }, precision: "i8" }, { runtime, store: weights }),
  ).rejects.toThrow("expected large matrices, which i8 is for, got files without any");

  await weights.write("line.bias", ndarray(new Float32Array(200).fill(1e6), [200])); // more than 16 bits hold
  await expect(
    exportFolder(folder, { ...request, files, precision: "f16" }, { runtime, store: weights }),
  ).rejects.toMatchObject({ code: "numeric", fix: expect.stringContaining("precision f32") as string });
});

it("reads a card from before there were other precisions", async () => {
  await edit((card) => {
    for (const file of Object.values(card["files"] as Record<string, Record<string, unknown>>))
      delete file["precision"];
    for (const entry of card["parity"] as Record<string, unknown>[]) delete entry["tolerance"];
  });
  const { card } = await openFolder(folder);
  expect([card.files["sampler.onnx"]!.precision, card.parity[0]!.tolerance]).toEqual(["f32", 1e-4]);
});

it("replaces an older export only when the new one is whole", async () => {
  const before = await readFile(join(folder, "card.json"), "utf8");
  const broken = { ...sampler, describe: {} };
  await expect(
    exportFolder(folder, { ...request, files: { sampler: broken } }, { runtime, store }),
  ).rejects.toMatchObject({ code: "internal" });
  expect(await readFile(join(folder, "card.json"), "utf8")).toBe(before);
});

it("refuses what cannot be trusted, naming the file and the field", async () => {
  const open = async (): Promise<unknown> => (await openFolder(folder)).open("sampler.onnx");
  await truncate(join(folder, "sampler.onnx"), 100);
  await expect(open()).rejects.toMatchObject({
    code: "hash",
    message: expect.stringContaining("sampler.onnx") as string,
  });
  await edit((card) => (card["files"] = { "../../etc/passwd": {} }));
  await expect(open()).rejects.toMatchObject({
    code: "file",
    message: expect.stringContaining("../../etc/passwd") as string,
  });
  await edit((card) => (card["format"] = 99));
  await expect(open()).rejects.toMatchObject({ code: "version", message: expect.stringContaining("got 99") as string });
  await edit((card) => {
    card["format"] = 1;
    delete card["family"];
  });
  await expect(open()).rejects.toMatchObject({
    code: "format",
    message: expect.stringContaining('"family"') as string,
  });
  await writeFile(join(folder, "card.json"), "{");
  await expect(open()).rejects.toMatchObject({ code: "format" });
  await writeFile(join(folder, "card.json"), "");
  await expect(open()).rejects.toMatchObject({
    code: "format",
    message: expect.stringContaining("an empty file") as string,
  });
  await rm(join(folder, "card.json"));
  await expect(open()).rejects.toMatchObject({
    code: "file",
    message: expect.stringContaining("it is not there") as string,
  });
});

it("says so when the folder cannot be written", async () => {
  const file = join(folder, "..", "file");
  await writeFile(file, "");
  await expect(exportFolder(join(file, "model"), request, { runtime, store })).rejects.toMatchObject({ code: "file" });
  await mkdir(join(folder, "..", "other"));
});
