/** @file The pages that play, in Chromium: each opens and shows something, and its models give what onnxruntime-node gives. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openFolder } from "@gen/core/node";
import type { NdArray } from "@gen/core";
import { missing } from "@gen/vitest/chromium";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import { go, openSite, rested, root, violations } from "./site.js";

const site = openSite();

it("shows the graph that runs and the code that runs it", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=flow");
  await rested(page);
  await page.getByText("About this model").click();
  await page.locator(".graph .node").first().waitFor({ timeout: 120_000 });
  await page.getByText('model.run("network.onnx", {').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

it("is busy until it shows what came of it", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page } = await site.open("?page=own", { reducedMotion: "reduce" });
  const drawings = page.evaluate(async () => {
    const drawn = new Set<string>();
    const { port1, port2 } = new MessageChannel();
    const turn = (): Promise<unknown> => {
      port2.postMessage(0);
      return new Promise((resolve) => (port1.onmessage = resolve));
    };
    for (let quiet = 0; quiet < 100; await turn()) {
      const isBusy = document.querySelector('.play[aria-busy="false"]') === null;
      quiet = isBusy ? 0 : quiet + 1;
      if (!isBusy) drawn.add([...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join());
    }
    return drawn.size;
  });
  await go(page, "?page=flow");
  expect(await drawings).toBe(1);
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
])(
  "runs %s in the page as onnxruntime-node does, on two threads of wasm and on WebGPU",
  async ([name, file, given], { skip }) => {
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

    const sent = Object.fromEntries(
      Object.entries(inputs).map(([port, { dtype, shape, data }]) => [
        port,
        { dtype, shape, data: Array.from(data, Number) },
      ]),
    );
    for (const [device, threads, tolerance] of DEVICES) {
      if (device === "webgpu" && !COMPARED.has(name)) continue;
      const got = await inPage({ device, threads, name, file, sent });
      expect(Object.keys(got)).toEqual(Object.keys(wanted));
      for (const [output, { data }] of Object.entries(wanted)) {
        const off = Array.from(data as Float32Array, (v, i) => Math.abs(got[output]![i]! - v) / (1 + Math.abs(v)));
        expect(got[output]!.length).toBe(data.length);
        expect(Math.max(...off), device).toBeLessThan(tolerance);
      }
    }
  },
);

/** How far each may be off: the functions of a GPU are less exact. */
const DEVICES = [
  ["wasm", 2, 1e-4],
  ["webgpu", 1, 5e-3],
] as const;
/** On WebGPU, too. Where a file draws, a draw that falls the other way is another sample. */
const COMPARED = new Set(["glyphs-vae", "mnist-gan", "mnist-diffusion", "rings-flow", "moons-flow", "emoji-words"]);

interface Asked {
  readonly device: "wasm" | "webgpu";
  readonly threads: number;
  readonly name: string;
  readonly file: string;
  readonly sent: Record<string, { dtype: string; shape: readonly number[]; data: number[] }>;
}

let opened: Promise<{ page: Page }> | undefined;

/** What a worker of the page answers; there is one for each device. */
async function inPage(asked: Asked): Promise<Record<string, number[]>> {
  const { page } = await (opened ??= site.open("?page=own"));
  const assets = await readdir(join(site.folder, "assets"));
  const script = assets.find((asset) => asset.startsWith(`on-${asked.device}-`))!;
  return page.evaluate(
    async ({ script, threads, name, file, sent }) => {
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
      const workers = ((globalThis as { workers?: Record<string, Worker> }).workers ??= {});
      const worker = (workers[script] ??= new Worker(new URL(`assets/${script}`, document.baseURI), {
        type: "module",
      }));
      const ask = (message: object) =>
        new Promise<{ is: string; outputs?: Record<string, { data: Float32Array }> }>((done) => {
          worker.onmessage = ({ data }: MessageEvent<{ is: string }>) => {
            if (data.is !== "progress") done(data);
          };
          worker.postMessage(message);
        });
      const url = new URL(`models/${name}`, document.baseURI).href;
      await ask({ id: 0, do: "open", model: 0, url, threads });
      const answer = await ask({ id: 1, do: "run", model: 0, file, inputs: arrays });
      await ask({ id: 2, do: "close", model: 0 });
      return Object.fromEntries(
        Object.entries(answer.outputs ?? {}).map(([output, { data }]) => [output, Array.from(data)]),
      );
    },
    { ...asked, script },
  );
}
