/** @file In a page, every recipe and all its files, by ONNX Runtime alone: they agree with the trainer, and decode undoes encode. */
import { key, ndarray, normalDraws, sizeOf, type NdArray } from "@gen/core";
import { exportFiles } from "@gen/core/onnx";
import { web, webFiles } from "@gen/core/web";
import { expect, it } from "vitest";
import { exportedFiles, glow, realNvpImage, type Flow } from "../src/index.js";
import { moved } from "./density-laws.js";
import { recipes } from "./recipes.js";

const shape = [1, 4, 4];
const flows: Readonly<Record<string, () => Flow>> = {
  ...Object.fromEntries(Object.entries(recipes).map(([name, { make }]) => [name, () => make(2)])),
  glow: () => glow({ shape, levels: 2, depth: 1, channels: 4 }),
  "multi-scale real-nvp": () => realNvpImage({ shape, levels: 2, channels: 4, blocks: 1 }),
};

it.each(Object.entries(flows))("%s", async (name, make) => {
  await using runtime = await web({ device: "wasm" });
  const files = await webFiles();
  const { flow, store } = await moved(runtime, make());
  const request = { family: "flow", name, files: exportedFiles(flow) };
  const written = await exportFiles(request, { runtime, store }, [files]); // throws for one that differs by 1e-4

  const n = 7;
  const draws = (row: readonly number[], seed: number): NdArray =>
    ndarray(normalDraws(key(seed), n * sizeOf(row)), [n, ...row]);
  const condition: Record<string, NdArray> = flow.contextDim > 0 ? { context: draws([flow.contextDim], 2) } : {};
  const x = draws(flow.shape, 1);
  const run = async (file: string, inputs: Record<string, NdArray>): Promise<NdArray> => {
    const opened = await files.open(written.get(file)!);
    const outputs = await opened.run({ ...inputs, ...condition });
    await opened.close();
    return Object.values(outputs)[0]!;
  };
  const again = await run("decode.onnx", { z: await run("encode.onnx", { x }) });
  await files.close();
  x.data.forEach((v, i) =>
    expect(Math.abs(Number(again.data[i]) - Number(v))).toBeLessThan(1e-4 * (1 + Math.abs(Number(v)))),
  );
});
