/**
 * @file The same seed gives the same in the page and in Node: every number that the page's models gave, as workers sent them,
 * beside what the page's own code makes with onnxruntime-node. Draws decide what is run next, so a draw that differed would show.
 */
import { join } from "node:path";
import { node, openFolder } from "@gen/core/node";
import type { NdArray } from "@gen/core";
import { wordNumbers } from "@gen/data";
import { missing } from "@gen/vitest/chromium";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import type { ModelName } from "../shipped/models.js";
import type { OpenModel } from "../src/models/engine.js";
import { i32, i64, normals } from "../src/play/arrays.js";
import { composed } from "../src/play/chorale.js";
import { denoised, type Told } from "../src/play/diffusion.js";
import { BLANK, DIGITS, NO_DIGIT } from "../src/play/digits.js";
import { decoded, mapped } from "../src/play/flow.js";
import { generated, within } from "../src/play/gan.js";
import { directions, drawn, placeOf, repeated } from "../src/play/glyphs.js";
import { written } from "../src/play/gpt.js";
import { pixelByPixel, SIZE } from "../src/play/pixels.js";
import { cloud } from "../src/train/densities.js";
import { FAMILIES } from "../src/train/families.js";
import { train } from "../src/train/training.js";
import { openSite, root } from "./site.js";

const site = openSite();
const { signal } = new AbortController();

/** Numbers that a model gave. */
interface Given {
  readonly name: string;
  readonly data: readonly number[];
}

/** Makes a page write down what its workers give. */
function listen(): void {
  const heard: Given[] = ((globalThis as unknown as { heard: Given[] }).heard = []);
  const before = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage")!;
  Object.defineProperty(Worker.prototype, "onmessage", {
    set(this: Worker, listener: (event: MessageEvent) => void) {
      before.set!.call(this, (event: MessageEvent<Record<string, Record<string, Record<string, { data: [] }>>>>) => {
        const outputs = (event.data["outputs"] ?? event.data["result"]?.["returned"] ?? {}) as Record<
          string,
          { data: [] }
        >;
        for (const [name, { data }] of Object.entries(outputs)) heard.push({ name, data: Array.from(data, Number) });
        listener(event);
      });
    },
  });
}

/** How far what Node made is from what the page made of it, of 1 + |value|: the farthest of all. */
async function apart(page: Page, made: readonly Given[]): Promise<number> {
  return page.evaluate((made) => {
    const { heard } = globalThis as unknown as { heard: Given[] };
    const between = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!) / (1 + Math.abs(v))), 0);
    return made.reduce((most, { name, data }) => {
      const same = heard.filter((one) => one.name === name && one.data.length === data.length);
      return Math.max(most, Math.min(Infinity, ...same.map((one) => between(data, one.data))));
    }, 0);
  }, made);
}

/** A shipped model as pages have it, run by onnxruntime-node, which writes down what it gives. */
async function inNode(name: ModelName): Promise<{ model: OpenModel; made: Given[] }> {
  const folder = await openFolder(join(root, "public/models", name));
  const sessions = new Map<string, ReturnType<typeof folder.open>>();
  const made: Given[] = [];
  const model: OpenModel = {
    name,
    card: folder.card,
    isKept: true,
    run: async (file, inputs) => {
      const session = sessions.get(file) ?? folder.open(file);
      sessions.set(file, session);
      const outputs = await (await session).run(inputs as Readonly<Record<string, NdArray>>);
      for (const [name, { data }] of Object.entries(outputs)) made.push({ name, data: Array.from(data, Number) });
      return { ...outputs };
    },
    close: () => void Promise.all([...sessions.values()].map(async (session) => (await session).close())),
  };
  return { model, made };
}

/** Goes through a walk, or the first steps of it. */
async function walked(walk: AsyncGenerator, most = Infinity): Promise<void> {
  for (let steps = 0; steps < most; steps++) if ((await walk.next()).done === true) return;
}

const digit: Told = { name: "label", shape: [], values: [7], nothing: [NO_DIGIT] };
const none = new Array<number>(6).fill(0);
const wordsOf = ({ recipe }: OpenModel["card"], text: string): Told[] => {
  const { data } = wordNumbers([text], { vocabulary: (recipe as { words: string[] }).words, length: 6 });
  return [
    { name: "words", shape: [6], values: Array.from(data, Number), nothing: none },
    { name: "label", shape: [], values: [9], nothing: [9] },
  ];
};

interface Case {
  readonly search: string;
  readonly model: ModelName;
  readonly make: (model: OpenModel) => Promise<unknown>;
  /** A button to press. */
  readonly press?: string;
}

it.for<Case>([
  {
    search: "?page=vae&text=Abc&x=1&y=-0.5&seed=2",
    model: "glyphs-vae",
    make: (model) => drawn(model, "Abc", repeated(placeOf(directions(2), 1, -0.5), 3)),
  },
  {
    search: "?page=gan&seed=4&truncation=1.5",
    model: "mnist-gan",
    make: (model) => generated(model, within(1.5, 4, 50)),
  },
  {
    search: "?page=flow&density=rings&a=1.25&b=-0.5&seed=3",
    model: "rings-flow",
    make: async (model) => {
      await decoded(model, normals(3, 3000));
      await mapped(model, "x", Float32Array.of(1.25, -0.5));
    },
  },
  {
    search: "?page=diffusion&seed=5&digit=7&steps=3&guidance=2",
    model: "mnist-diffusion",
    make: (model) =>
      walked(denoised(model, { shape: DIGITS, told: [digit], count: 6, steps: 3, guidance: 2, seed: 5, signal })),
  },
  {
    search: "?page=words&seed=5&words=blue+square&steps=2&guidance=3",
    model: "emoji-words",
    make: (model) => {
      const told = wordsOf(model.card, "blue square");
      return walked(denoised(model, { shape: [4, 32, 32], told, count: 6, steps: 2, guidance: 3, seed: 5, signal }));
    },
  },
  {
    search: "?page=pixels&seed=9",
    model: "mnist-pixelcnn",
    make: (model) => {
      const mask = new Float32Array(SIZE).fill(1);
      return walked(pixelByPixel(model, { x: BLANK, mask, count: 4, seed: 9, signal }), 60);
    },
  },
  {
    search: "?page=gpt&seed=3",
    model: "shakespeare-gpt",
    make: (model) =>
      walked(written(model, "ROMEO:", { options: { temperature: 0.8 }, prompt: 6, seed: 3, most: 40, signal })),
    press: "Write",
  },
  {
    search: "?page=chorales&seed=6",
    model: "bach-lstm",
    make: (model) => composed(model, { known: 0, steps: 64, seed: 6 }),
  },
  {
    search: "?page=emoji&seed=8&group=Flags",
    model: "emoji-vq",
    make: (model) => model.run("sampler.onnx", { seed: i64(8), n: i64(24), label: i32(new Array<number>(24).fill(8)) }),
  },
])("$search", async ({ search, model: name, make, press }, { skip }) => {
  if (missing !== undefined) skip(missing);
  const { model, made } = await inNode(name);
  await make(model);
  model.close();
  const { page } = await site.open("?page=own");
  await page.addInitScript(listen);
  await page.goto(new URL(search, page.url()).href);
  if (press !== undefined) await page.getByRole("button", { name: press }).click({ timeout: 120_000 });
  await expect.poll(() => apart(page, made), { timeout: 240_000, interval: 1000 }).toBeLessThan(1e-4);
  await page.close();
});

/** Samples after some steps: rounding has had time to grow, and no more than this. */
it("?page=train", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const settings = { learningRate: 2e-3, batch: 64 };
  const plan = { points: cloud("rings", 1, []), settings, seed: 1, steps: 20, turn: 20, signal };
  const families = FAMILIES.map((family) => ({
    ...family,
    course: (...args: Parameters<typeof family.course>) => {
      const { model, step, data, samples, files } = family.course(...args);
      return { model, step, data, samples, files }; // without maps of the density, which take their time
    },
  }));
  const made: Given[] = [];
  const runtime = await node({ threads: 1, device: "cpu" });
  for await (const { samples } of train(runtime, { ...plan, families }))
    made.push({ name: "samples", data: [...samples] });
  await runtime.close();
  const { page } = await site.open("?page=own");
  await page.addInitScript(listen);
  await page.goto(new URL("?page=train&device=wasm&shape=rings&seed=1&batchSize=64&steps=20", page.url()).href);
  await page.getByRole("button", { name: "Train" }).click();
  await page.getByText(/^Trained on wasm/).waitFor({ timeout: 240_000 });
  for (const [i, one] of made.entries()) expect(await apart(page, [one]), FAMILIES[i]!.name).toBeLessThan(1e-4);
  await page.close();
});
