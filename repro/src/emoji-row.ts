/** @file Emoji in colour and opacity, told their group and the words of their names: trained, measured, and drawn by words. */
import { key, ndarray, split, type Dataset, type NdArray } from "@gen/core";
import { grid, withWords, wordNumbers } from "@gen/data";
import { emoji, writePng } from "@gen/data/node";
import { cosine, Diffusion, Dit, exportedFiles, generate, pictureCodec } from "@gen/diffusion";
import { bitsPerDim } from "./diffusion-measure.js";
import { trainDiffusion } from "./diffusion-row.js";
import vocabulary from "./emoji-words.json" with { type: "json" }; // vocabularyOf the names to learn from, tones of skin and all
import { openWeights } from "./place.js";
import { resultFile } from "./results.js";
import type { Measured, Row } from "./row.js";

export interface EmojiRowOptions {
  readonly id: string;
  readonly width: number;
  readonly depth: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** As `DiffusionTraining.again`. */
  readonly again: { readonly steps: number; readonly learningRate: number };
  readonly notes: string;
}

/** Words that are kept of a name. */
const LENGTH = 6;
/** What the picture asks for, a line each: words, and as many draws. */
const [ASKED, EACH] = [
  [
    "red heart",
    "blue heart",
    "cat face with tears of joy",
    "smiling face",
    "red circle",
    "blue square",
    "green apple",
    "four o clock",
    "woman running",
    "flag",
  ],
  10,
];
const GUIDANCE = 3;

/** Rows with words. */
async function wordedEmoji(split: "train" | "test"): Promise<Dataset> {
  const rows = await emoji({ split, channels: 4, tones: split === "train" });
  const names = rows.names.map(({ name }) => name);
  return withWords(rows, names, { vocabulary, length: LENGTH });
}

function modelOf({ width, depth }: EmojiRowOptions): Diffusion {
  const shape = [4, 32, 32];
  return new Diffusion({
    network: new Dit({ shape, patch: 4, width, depth, modulation: "shared", conditionFeatures: 128 }),
    process: cosine(),
    target: "v",
    condition: { classes: 9, words: { vocabulary: vocabulary.length, length: LENGTH } },
    codec: pictureCodec(shape),
    levels: 256,
  });
}

export function emojiRow(options: EmojiRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  const { id, notes } = options;
  const model = modelOf(options);
  const measure = async (threads?: number): Promise<Measured> =>
    bitsPerDim({ id, model, ...(threads !== undefined && { threads }) }, await wordedEmoji("test"));
  return {
    split: "names of eight tenths to learn, with tones of skin; pictures of a tenth of the names to measure",
    isRelay: true,
    async train(given) {
      const { steps, batchSize, learningRate, again } = options;
      const how = { steps, batchSize, learningRate, again, every: 250 };
      const training = { id, model, data: () => wordedEmoji("train"), ...how };
      const trained = await trainDiffusion(training, given);
      given.log("drawing by words");
      await drawByWords(model, { id, threads: given.threads });
      given.log("measuring the bound");
      return {
        measured: await measure(given.threads),
        beside: { "words that are known": vocabulary.length },
        ...trained,
        notes,
      };
    },
    check: () => measure(),
    exported: () => ({
      family: "diffusion",
      files: exportedFiles(model, { sampler: "dpm-solver-2m" }),
      codec: model.codec?.describe().spec,
      data: "Noto emoji of 32 × 32 pixels, with the words of their names",
      licence: "Apache-2.0",
      recipe: { words: vocabulary },
    }),
  };
}

/** `<id>.png`: what words give, before white. */
async function drawByWords(model: Diffusion, { id, threads }: { id: string; threads: number }): Promise<void> {
  const { runtime, store } = await openWeights(id, { threads });
  const texts = ASKED.flatMap((text) => Array.from({ length: EACH }, () => text));
  const n = texts.length;
  const feeds = {
    words: wordNumbers(texts, { vocabulary, length: LENGTH }),
    label: ndarray(new Int32Array(n).fill(9), [n], "i32"), // no group
  };
  const how = { n, sampler: "dpm-solver-2m", steps: 25, guidance: { weight: GUIDANCE } } as const;
  const drawn = await generate(model, { ...how, runtime, store, feeds, key: split(key(0), 3) });
  await runtime.close();
  const file = resultFile(id).replace(/\.json$/, ".png");
  await writePng(file, grid(beforeWhite(drawn), { columns: EACH, background: 255, scale: 2 }));
}

/** [N, 4, H, W] with opacity to [N, 3, H, W]. */
export function beforeWhite({ data, shape }: NdArray): NdArray {
  const [n, , h, w] = shape as [number, number, number, number];
  const plane = h * w;
  const out = new Float32Array(n * 3 * plane);
  for (let i = 0; i < n * plane; i++) {
    const [row, at] = [Math.floor(i / plane), i % plane];
    const opacity = Number(data[(row * 4 + 3) * plane + at]);
    for (let c = 0; c < 3; c++)
      out[(row * 3 + c) * plane + at] = 1 + opacity * (Number(data[(row * 4 + c) * plane + at]) - 1);
  }
  return ndarray(out, [n, 3, h, w]);
}
