/** @file Pictures of one's own: their middle square in 32 × 32 pixels, learned by a variational autoencoder. */
import { vaeOf, vaeOptions } from "@gen/cli/options";
import { arrays, GenError, ndarray, trainStep } from "@gen/core";
import { exportedFiles, sample } from "@gen/vae";
import { formOf } from "../form/form.js";
import { optimizerOf, rowsOf, toldTo, type Family } from "../train/course.js";
import { VAE, VAE_BOUNDS } from "../train/facts.js";
import type { Open } from "./own.js";
import { HEAD, pixelsOf } from "./recognise.js";

const SIDE = 32;
const SHAPE = [3, SIDE, SIDE] as const;
const SIZE = 3 * SIDE * SIDE;
/** Samples that are shown, pictures that are needed, and those that are read at most. */
const [SAMPLES, LEAST, MOST] = [24, 4, 4000];
/** Pixels of one picture: more would take the memory of the tab. */
const MOST_PIXELS = 40_000_000;

export const openPictures: Open = async (files) => {
  const rows: Uint8Array[] = [];
  const failed: string[] = [];
  for (const file of files.slice(0, MOST)) {
    try {
      rows.push(await readPicture(file));
    } catch (error) {
      if (files.length === 1) throw error;
      failed.push(file.name);
    }
  }
  const left = failed.length === 0 ? "" : `; ${failed.length} could not be read: ${failed.slice(0, 3).join(", ")}`;
  if (rows.length < LEAST) {
    throw new GenError("data", `expected at least ${LEAST} pictures, got ${rows.length}${left}`, {
      fix: "drop a whole folder's pictures: a few dozen are learned by heart, hundreds give new ones",
    });
  }
  const x = new Uint8Array(rows.length * SIZE);
  rows.forEach((row, i) => x.set(row, i * SIZE));
  return {
    kind: "pictures",
    about: `${rows.length} pictures, each as ${SIDE} × ${SIDE} pixels${left}`,
    points: arrays({ x: ndarray(x, [rows.length, ...SHAPE], "u8") }),
    family,
    shown: { as: "pictures", shape: SHAPE },
    first: Float32Array.from(x.subarray(0, SAMPLES * SIZE), (v) => v / 255),
  };
};

/** The middle square, [3, 32, 32]; what is transparent before white. */
async function readPicture(file: File): Promise<Uint8Array> {
  const head = new Uint8Array(await file.slice(0, 16 * HEAD).arrayBuffer());
  const pixels = pixelsOf(head);
  if (pixels !== undefined && pixels > MOST_PIXELS) {
    const millions = (n: number): string => (n / 1e6).toFixed(0);
    throw new GenError(
      "range",
      `${file.name}: expected at most ${millions(MOST_PIXELS)} million pixels, got ${millions(pixels)} million`,
      { fix: `make it smaller; the model sees ${SIDE} × ${SIDE} of it` },
    );
  }
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new GenError("format", `${file.name}: expected a picture, got one that cannot be decoded`, {
      fix: "it may be cut off: save it again as PNG or JPEG",
      cause,
    });
  });
  const context = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true })!;
  const side = Math.min(bitmap.width, bitmap.height);
  context.fillStyle = "white";
  context.fillRect(0, 0, SIDE, SIDE);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  bitmap.close();
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return Uint8Array.from({ length: SIZE }, (_, i) => data[4 * (i % (SIDE * SIDE)) + Math.floor(i / (SIDE * SIDE))]!);
}

const form = formOf(vaeOptions, {
  latentDim: 24,
  architecture: ["dense", "convolutional"],
  hidden: [256],
  channels: [32, 64],
  activation: ["relu", "silu", "gelu", "elu", "tanh"],
  ...VAE_BOUNDS,
});

const family: Family = {
  ...VAE,
  name: "VAE of your pictures",
  form,
  course(points, settings, key) {
    const model = vaeOf(toldTo("vae", form, settings), { shape: SHAPE, classes: 0 });
    return {
      model,
      step: trainStep({
        model,
        batch: { x: { shape: [settings.batch, ...SHAPE], dtype: "u8" } },
        loss: (batch, scope) => model.loss(batch, scope),
        optimizer: optimizerOf(settings),
      }),
      data: rowsOf(points, settings, key),
      samples: { program: sample(model, { n: SAMPLES }), output: "samples" },
      files: () => exportedFiles(model),
    };
  },
};
