import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { key, ndarray, type Runtime, type Store } from "@gen/core";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportedFiles, sampleOfSeed } from "../src/index.js";
import { expectClose, numbers, runFile, whole } from "./exported.js";
import { intensities, labelled, labelsOf, tinyVae, variants } from "./pictures.js";
import { latentVariants } from "./variants.js";

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

const CHOSEN = [
  "dense, bernoulli",
  "convolutional, gaussian",
  "dense, discretisedLogistic, conditional",
  "convolutional, bernoulli, conditional",
  "a mixture as prior",
  "an autoregressive prior",
  "a planar flow as posterior",
  "two layers of latents, ladder, by an importance-weighted bound",
  "two layers of latents, VampPrior, conditional",
];

describe.each([...variants, ...latentVariants].filter(({ name }) => CHOSEN.includes(name)))(
  "the folder of $name",
  ({ name, make }) => {
    const vae = make();
    const path = (file: string): string => join(folder, name, file);
    let store: Store;
    beforeAll(async () => {
      store = await runtime.init(vae, { key: key(3) });
      await exportFolder(
        join(folder, name),
        { family: "vae", name: "tiny", files: exportedFiles(vae) },
        { runtime, store },
      );
    });

    it("holds six files and a card that describes them", async () => {
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
      const inputs = card.files["sampler.onnx"]!.inputs.map((port) => port.name);
      expect(inputs).toEqual(vae.classes > 0 ? ["seed", "n", "label"] : ["seed", "n"]);
    });

    it.each([1, 2, 9])("samples %i pictures as the trainer does for the same seed", async (n) => {
      const label = labelsOf(vae, n);
      const feeds = { seed: whole(42), n: whole(n), ...label };
      const { samples } = await runFile(path("sampler.onnx"), feeds);
      const wanted = await runtime.run(sampleOfSeed(vae, n), { store, feeds });
      expect(samples!.dims).toEqual([n, 1, 4, 4]);
      expectClose(samples!, wanted["samples"]!);
      const other = await runFile(path("sampler.onnx"), { ...feeds, seed: whole(43) });
      expect(numbers(other["samples"]!)).not.toEqual(numbers(samples!));
    });

    it.each([
      [1, 1],
      [1, 40],
      [5, 7],
    ])("estimates log p(x) of %i pictures by %i draws as the trainer does", async (n, k) => {
      const feeds = { ...labelled(vae, intensities(n)), seed: whole(5), k: whole(k) };
      const { logprob } = await runFile(path("logprob.onnx"), feeds);
      const wanted = await runtime.run(exportedFiles(vae)["logprob"]!.trace({ n, k }), { store, feeds });
      expect(logprob!.dims).toEqual([n]);
      expectClose(logprob!, wanted["logprob"]!);
    });

    it.each([
      [1, 0, 1],
      [5, 7, 3],
    ])("completes %i pictures by %i rounds and %i draws as the trainer does", async (n, rounds, k) => {
      const mask = ndarray(
        Float32Array.from({ length: n * 16 }, (_, i) => Number(i % 16 < 7)),
        [n, 1, 4, 4],
      );
      const { x, ...label } = labelled(vae, intensities(n));
      const numbersOf = { seed: whole(5), rounds: whole(rounds), k: whole(k) };
      const feeds = { x: x!, mask, ...label, ...numbersOf };
      const { completed } = await runFile(path("complete.onnx"), feeds);
      const wanted = await runtime.run(exportedFiles(vae)["complete"]!.trace({ n, rounds, k }), { store, feeds });
      expectClose(completed!, wanted["completed"]!);
      const other = await runFile(path("complete.onnx"), { ...feeds, seed: whole(6) });
      for (const [i, value] of numbers(completed!).entries()) {
        if (mask.data[i] === 1) expect(value).toBe(x!.data[i]);
      }
      expect(numbers(other["completed"]!)).not.toEqual(numbers(completed!));
    });

    it.each([1, 4])("encodes and decodes %i pictures, which is what the whole network does", async (n) => {
      const { x, ...label } = labelled(vae, intensities(n));
      const code = await runFile(path("encode.onnx"), { x: x!, ...label });
      const network = await runFile(path("network.onnx"), { x: x!, ...label });
      const z = ndarray(numbers(code["mean"]!), [n, vae.latentDim]);
      const pictures = await runFile(path("decode.onnx"), { z, ...label });
      expectClose(network["mean"]!, z);
      expectClose(network["reconstruction"]!, pictures["x"]!);
      expect(pictures["x"]!.dims).toEqual([n, 1, 4, 4]);
    });
  },
);

it("exports weights in f16, within a hundredth of the trainer's numbers", async () => {
  const vae = tinyVae({ latentDim: 3 });
  const store = await runtime.init(vae, { key: key(3) });
  const files = exportedFiles(vae);
  const path = join(folder, "half");
  const card = await exportFolder(path, { family: "vae", name: "half", files, precision: "f16" }, { runtime, store });
  const { "complete.onnx": drawing, ...others } = card.files;
  expect(drawing!.precision).toBe("f32");
  expect(Object.values(others).map(({ precision }) => precision)).toEqual(Array(5).fill("f16"));
  const feeds = { x: intensities(4) };
  const { reconstruction } = await runFile(join(path, "network.onnx"), feeds);
  const wanted = (await runtime.run(files["network"]!.trace({ n: 4 }), { store, feeds }))["reconstruction"]!;
  const apart = numbers(reconstruction!).map((v, i) => Math.abs(v - Number(wanted.data[i])));
  expect(Math.max(...apart)).toBeLessThan(1e-2);
  expect(Math.max(...apart)).toBeGreaterThan(1e-6);
});
