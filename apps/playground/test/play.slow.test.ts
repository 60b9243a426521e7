/** @file The pages that play, in Chromium: each opens and shows something, and its models give what onnxruntime-node gives. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openFolder } from "@gen/core/node";
import type { NdArray } from "@gen/core";
import { missing } from "@gen/vitest/chromium";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import { openSite, root, violations } from "./site.js";

const site = openSite();

/** Canvases that are not blank, and drawings with notes. */
const drawn = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const isVaried = (canvas: HTMLCanvasElement): boolean => {
      const blank = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
      return canvas.toDataURL() !== blank.toDataURL();
    };
    const canvases = [...document.querySelectorAll("canvas")].filter(isVaried).length;
    return canvases + document.querySelectorAll(".roll rect, .chances meter[value]:not([value='0'])").length;
  });

const PAGES = [
  ...["", "?page=vae", "?page=gan", "?page=flow", "?page=diffusion&steps=2", "?page=words&steps=2", "?page=gpt"],
  ...["?page=chorales", "?page=emoji", "?page=pixels"],
];

it.for(PAGES)(
  "shows what a model made at %s, without a complaint of the browser or of axe",
  async (search, { skip }) => {
    if (missing !== undefined) skip(missing);
    const { page, complaints } = await site.open(search);
    await expect.poll(() => drawn(page), { timeout: 120_000, interval: 500 }).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  },
);

it("shows the graph that runs and the code that runs it", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=flow");
  await page.locator('.play[aria-busy="false"]').waitFor({ timeout: 120_000 });
  await page.getByText("About this model").click();
  await page.locator(".graph .node").first().waitFor({ timeout: 120_000 });
  await page.getByText('model.run("network.onnx", {').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

const f32 = (data: number[], shape: number[]): NdArray => ({ dtype: "f32", shape, data: Float32Array.from(data) });
const i32 = (data: number[]): NdArray => ({ dtype: "i32", shape: [data.length], data: Int32Array.from(data) });
const i64 = (value: number): NdArray => ({ dtype: "i64", shape: [], data: BigInt64Array.of(BigInt(value)) });
const wave = (count: number): number[] => Array.from({ length: count }, (_, i) => Math.sin(i));

it.for<[string, string, Record<string, NdArray>]>([
  ["glyphs-vae", "decode.onnx", { z: f32(wave(24), [2, 12]), label: i32([0, 30]) }],
  ["mnist-gan", "generator.onnx", { z: f32(wave(128), [2, 64]) }],
  [
    "mnist-diffusion",
    "network.onnx",
    { x: f32(wave(1568), [2, 1, 28, 28]), sigma: f32([3, 0.4], [2]), label: i32([4, 10]) },
  ],
  ["rings-flow", "network.onnx", { x: f32(wave(10), [5, 2]) }],
  ["moons-flow", "decode.onnx", { z: f32(wave(10), [5, 2]) }],
  [
    "emoji-words",
    "network.onnx",
    {
      x: f32(wave(4096), [1, 4, 32, 32]),
      sigma: f32([0.7], [1]),
      label: i32([9]),
      words: { ...i32([30, 2, 0, 0, 0, 0]), shape: [1, 6] },
    },
  ],
  ["shakespeare-gpt", "network.onnx", { tokens: { ...i32([1, 20, 30, 40]), shape: [1, 4] } }],
  ["mnist-pixelcnn", "network.onnx", { x: f32(wave(1568), [2, 1, 28, 28]) }],
  ["bach-lstm", "continue.onnx", { x: f32(wave(0), [1, 6, 64]), known: i32([0]), seed: i64(5) }],
  ["emoji-vq", "sampler.onnx", { seed: i64(5), n: i64(1), label: i32([3]) }],
])("runs %s in the page as onnxruntime-node does, on several threads too", async ([name, file, given], { skip }) => {
  if (missing !== undefined) skip(missing);
  const inputs = Object.fromEntries(
    Object.entries(given).map(([port, array]) => {
      const size = array.shape.reduce((a, b) => a * b, 1);
      return [port, array.data.length === size ? array : { ...array, data: new Float32Array(size) }];
    }),
  );
  const model = await openFolder(join(root, "public/models", name));
  const session = await model.open(file);
  const wanted = await session.run(inputs);
  await session.close();

  const { page } = await site.open("?page=train");
  const script = (await readdir(join(site.folder, "assets"))).find((asset) => /^on-wasm-.*\.js$/.test(asset))!;
  const sent = Object.fromEntries(
    Object.entries(inputs).map(([port, { dtype, shape, data }]) => [
      port,
      { dtype, shape, data: Array.from(data, Number) },
    ]),
  );
  const got = await page.evaluate(
    async ({ script, name, file, sent }) => {
      const types = { f32: Float32Array, i32: Int32Array } as const;
      const arrays = Object.fromEntries(
        Object.entries(sent).map(([port, { dtype, shape, data }]) => [
          port,
          {
            dtype,
            shape,
            data: dtype === "i64" ? BigInt64Array.from(data, BigInt) : types[dtype as "f32" | "i32"].from(data),
          },
        ]),
      );
      const worker = new Worker(new URL(`assets/${script}`, document.baseURI), { type: "module" });
      const ask = (message: object) =>
        new Promise<{ is: string; outputs?: Record<string, { data: Float32Array }>; problem?: { message: string } }>(
          (done) => {
            worker.onmessage = ({ data }: MessageEvent<{ is: string }>) => {
              if (data.is !== "progress") done(data);
            };
            worker.postMessage(message);
          },
        );
      const url = new URL(`models/${name}`, document.baseURI).href;
      await ask({ id: 0, do: "open", model: 0, url, threads: 2 });
      const answer = await ask({ id: 1, do: "run", model: 0, file, inputs: arrays });
      worker.terminate();
      return Object.fromEntries(
        Object.entries(answer.outputs ?? {}).map(([output, { data }]) => [output, Array.from(data)]),
      );
    },
    { script, name, file, sent },
  );
  await page.close();
  expect(Object.keys(got)).toEqual(Object.keys(wanted));
  for (const [output, { data }] of Object.entries(wanted)) {
    const most = Array.from(data as Float32Array, (v, i) => Math.abs(got[output]![i]! - v) / (1 + Math.abs(v)));
    expect(got[output]!.length).toBe(data.length);
    expect(Math.max(...most)).toBeLessThan(1e-4);
  }
});
