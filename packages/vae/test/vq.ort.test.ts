import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrays, batches, fit, key, ndarray, trainStep, type NdArray, type Runtime, type Store } from "@gen/core";
import { exportFolder, loadCheckpoint, node, openFolder, saveCheckpoint } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  codePerplexity,
  collect,
  GatedCodePrior,
  VectorQuantizer,
  vqBound,
  vqDecode,
  vqEncode,
  vqExportedFiles,
  vqReconstruct,
  vqSample,
  vqSampleOfSeed,
  type VqVae,
} from "../src/index.js";
import { expectClose, numbers, runFile, whole } from "./exported.js";
import { bars, intensities, SHAPE } from "./pictures.js";
import { tinyVq, vqVariants } from "./vq-models.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "vq-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

const labelsOf = (vq: VqVae, n: number): Record<string, NdArray> =>
  vq.classes === 0
    ? {}
    : {
        label: ndarray(
          Array.from({ length: n }, (_, i) => i % vq.classes),
          [n],
          "i32",
        ),
      };

describe.each(vqVariants)("the folder of $name", ({ name, make }) => {
  const vq = make();
  const path = (file: string): string => join(folder, name, `${file}.onnx`);
  let store: Store;
  beforeAll(async () => {
    store = await runtime.init(vq, { key: key(3) });
    await exportFolder(
      join(folder, name),
      { family: "vae", name: "tiny", files: vqExportedFiles(vq) },
      { runtime, store },
    );
  });

  it("holds five files and a card that describes them", async () => {
    const files = ["card.json", "decode.onnx", "encode.onnx", "logprob.onnx", "network.onnx", "sampler.onnx"];
    expect((await readdir(join(folder, name))).sort()).toEqual(files);
    const { card } = await openFolder(join(folder, name));
    const inputs = card.files["sampler.onnx"]!.inputs.map((port) => port.name);
    expect(inputs).toEqual(vq.classes > 0 ? ["seed", "n", "label"] : ["seed", "n"]);
    expect(card.files["encode.onnx"]!.outputs.map(({ name, dtype }) => [name, dtype])).toEqual([["codes", "i64"]]);
  });

  it.each([1, 2, 9])("samples %i pictures as the trainer does for the same seed", async (n) => {
    const feeds = { seed: whole(42), n: whole(n), ...labelsOf(vq, n) };
    const { samples } = await runFile(path("sampler"), feeds);
    expect(samples!.dims).toEqual([n, ...SHAPE]);
    const wanted = await runtime.run(vqSampleOfSeed(vq, n), { store, feeds });
    expectClose(samples!, wanted["samples"]!);
    const other = await runFile(path("sampler"), { ...feeds, seed: whole(43) });
    if (n > 1) expect(numbers(other["samples"]!)).not.toEqual(numbers(samples!));
  });

  it.each([1, 4])("encodes, decodes and measures %i pictures as the trainer does", async (n) => {
    const x = intensities(n);
    const { codes } = await runFile(path("encode"), { x });
    const trained = await runtime.run(vqEncode(vq, { n }), { store, feeds: { x } });
    expect(numbers(codes!)).toEqual(numbers(trained["codes"]!));
    const given = ndarray([...(codes!.data as BigInt64Array)], codes!.dims, "i64");
    const decoded = await runFile(path("decode"), { codes: given });
    expectClose(decoded["x"]!, (await runtime.run(vqDecode(vq, { n }), { store, feeds: { codes: given } }))["x"]!);
    const network = await runFile(path("network"), { x });
    expectClose(network["reconstruction"]!, decoded["x"]!);
    expect(numbers(network["codes"]!)).toEqual(numbers(codes!));
    const feeds = { x, ...labelsOf(vq, n) };
    const { logprob } = await runFile(path("logprob"), feeds);
    const { nats } = await runtime.run(vqBound(vq, { n }), { store, feeds });
    expectClose(logprob!, { data: numbers(nats!).map((v) => -v) });
  });
});

describe("training", () => {
  it("learns bars and a prior over their codes; a checkpoint keeps both; samples look like bars", async () => {
    const vq = tinyVq({
      quantizer: new VectorQuantizer({ codes: 8, features: 4, decay: 0.9 }),
      prior: (sizes) => new GatedCodePrior({ ...sizes, channels: 16, layers: 2 }),
      classes: 2,
    });
    const store = await runtime.init(vq, { key: key(0) });
    const first = trainStep({
      model: vq,
      learn: vq.autoencoder,
      batch: { x: { shape: [32, ...SHAPE], dtype: "u8" } },
      loss: (batch, scope) => vq.loss(batch, scope),
      optimizer: adam({ learningRate: 1e-2 }),
    });
    const rows = bars();
    for await (const report of fit(first, {
      runtime,
      store,
      data: batches(rows, { size: 32, key: key(1) }),
      steps: 400,
      key: key(2),
    })) {
      expect(report.outputs["perplexity"]).toBeLessThanOrEqual(8.0001);
    }
    const { codes, squaredError } = await collect(vqReconstruct(vq, { n: 16, pixels: "u8" }), rows, { runtime, store });
    const error = numbers(squaredError!).reduce((a, b) => a + b) / 64;
    expect(error).toBeLessThan(0.01); //        0.12 for grey
    expect(codePerplexity(codes!, 8)).toBeGreaterThan(3);

    const { label } = await rows.rows(Array.from({ length: 64 }, (_, i) => i));
    const second = trainStep({
      model: vq,
      learn: vq.prior!,
      name: "second",
      batch: { codes: { shape: [32, ...vq.codeShape], dtype: "i64" }, label: { shape: [32], dtype: "i32" } },
      loss: (batch, scope) => vq.priorLoss(batch, scope),
      optimizer: adam({ learningRate: 1e-2 }),
    });
    const before = await store.read("quantizer.codebook");
    const onCodes = arrays({ codes: codes!, label: label! });
    let last = Infinity;
    for await (const { loss } of fit(second, {
      runtime,
      store,
      data: batches(onCodes, { size: 32, key: key(3) }),
      steps: 200,
    }))
      last = loss;
    expect(last).toBeLessThan(2.5); //          log 4 and little more, if a code stood for a bar's part alone
    expect(await store.read("quantizer.codebook")).toEqual(before);

    const saved = join(folder, "checkpoints");
    await saveCheckpoint(store, saved, { step: 600 });
    const loaded = runtime.emptyStore();
    await loadCheckpoint(loaded, saved);
    const n = 32;
    const draw = (from: Store): Promise<Record<string, NdArray>> =>
      runtime.run(vqSample(vq, { n }), { store: from, key: key(4), feeds: labelsOf(vq, n) });
    const { samples } = await draw(loaded);
    expect(samples).toEqual((await draw(store))["samples"]);
    // A bar is one bright row (label 0) or column (label 1) of four.
    const pixels = numbers(samples!);
    const isBar = Array.from({ length: n }, (_, row) => {
      const at = (line: number, i: number): number => pixels[row * 16 + (row % 2 === 0 ? line * 4 + i : i * 4 + line)]!;
      const bright = [0, 1, 2, 3].map((line) => [0, 1, 2, 3].every((i) => at(line, i) > 0.5));
      return (
        bright.filter(Boolean).length === 1 && pixels.slice(row * 16, row * 16 + 16).filter((v) => v > 0.5).length === 4
      );
    });
    expect(isBar.filter(Boolean).length / n).toBeGreaterThan(0.8);
  });
});
