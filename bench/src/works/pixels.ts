/**
 * @file PixelCNN of binary 28×28 pictures: a masked 7×7 convolution, 7 residual blocks of 32 channels inside and 64 between,
 * two 1×1 layers of 64; the mean of −log p(x). Sampling: with what a pixel does not change kept, against the whole network for
 * each pixel, both ours.
 */
import { pixelCnn, type PixelModel } from "@gen/autoregressive";
import { startsOf } from "../params.js";
import { blobs } from "../random.js";
import type { DuelWork } from "../work.js";

export const pixelSizes = { data: [1, 28, 28], hidden: 32, blocks: 7, head: 64, batch: 32, rows: 1024 } as const;
export const pixelDraws = { ...pixelSizes, batch: 4 } as const;

export function pixels(): PixelModel {
  const { data, hidden, blocks, head } = pixelSizes;
  return pixelCnn({ shape: data, hidden, blocks, head });
}

export const pictures: readonly DuelWork[] = [
  {
    kind: "duel",
    id: "pixelcnn",
    title: "PixelCNN 28×28, 7 blocks of 32 channels, batch 32, Adam",
    sizes: pixelSizes,
    params: () => startsOf(pixels()),
    rows: (random) => blobs(pixelSizes, random),
    steps: 4,
    opponents: [{ peer: "torch", target: 0.7, steps: 4 }],
  },
  {
    kind: "duel",
    id: "pixelcnn-sample",
    title: "sampling that PixelCNN, 4 pictures at once",
    unit: "samples",
    perStep: pixelDraws.batch,
    sizes: pixelDraws,
    params: () => startsOf(pixels()),
    rows: (random) => blobs({ ...pixelDraws, rows: 1 }, random),
    steps: 4,
    opponents: [{ peer: "recomputed", target: 10, steps: 1 }],
    compared: { first: 1, within: 0.001 }, // the same draws
  },
];
