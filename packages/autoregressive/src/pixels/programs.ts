/** @file What one does with a trained picture model, as programs: measure, sample, complete. */
import { inference, type BatchField, type Program, type Tensor } from "@gen/core";
import type { PixelBatch, PixelModel } from "./pixel-model.js";

export interface PixelRows {
  /** Rows in a batch. */
  readonly n: number;
  /** How pictures are given: bytes from 0 to 255, or intensities in [0, 1]. @default "f32" */
  readonly pixels?: "u8" | "f32";
}

export type Feeds = Readonly<Record<string, Tensor>>;

/** The fields of what pictures are conditioned on. */
export function labelField(model: PixelModel, n: number): Record<string, BatchField> {
  return model.classes > 0 ? { label: { shape: [n], dtype: "i32" } } : {};
}

/** The fields that feed a program of this model. */
export function pixelFields(model: PixelModel, { n, pixels = "f32" }: PixelRows): Record<string, BatchField> {
  return { x: { shape: [n, ...model.shape], dtype: pixels }, ...labelField(model, n) };
}

/** log p(x) of each picture, exact. @returns outputs logProb [n], nats [n] (its negative), bitsPerDim [n] = nats / (D ln 2) */
export function pixelLogProb(model: PixelModel, rows: PixelRows): Program {
  return inference(model, pixelFields(model, rows), (batch: Feeds, scope) => {
    const logProb = model.logProb(batch as unknown as PixelBatch, scope);
    const nats = logProb.neg();
    return { logProb, nats, bitsPerDim: nats.mul(1 / (model.dims * Math.LN2)) };
  });
}

/** New pictures. @returns output samples [n, C, H, W] */
export function samplePixels(model: PixelModel, { n }: PixelRows): Program {
  return inference(model, labelField(model, n), ({ label }: Feeds, scope) => ({
    samples: model.sample(n, { scope, label }),
  }));
}

/**
 * Draws what follows in raster order, given the first pixels of each picture: exact conditional samples. Feeds x
 * [n, C, H, W] f32, whose other pixels may hold anything, and known [n] i32: how many pixels count, row by row.
 *
 * @returns output completed [n, C, H, W]
 */
export function completePixels(model: PixelModel, { n }: PixelRows): Program {
  const batch: Record<string, BatchField> = { ...pixelFields(model, { n }), known: { shape: [n], dtype: "i32" } };
  return inference(model, batch, ({ x, known, label }: Feeds, scope) => ({
    completed: model.sample(n, { scope, label, given: { x: x!, known: known! } }),
  }));
}
