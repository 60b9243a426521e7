/**
 * @file Diffusion models of 28×28 pictures in [−1, 1]: DDPM's process of 1,000 steps with linear β, the network estimates the
 * noise, the loss is its mean squared error. The DiT has patches of 4 and 6 blocks of width 128 with 4 heads; the U-Net 32, 64
 * and 64 channels with one residual block a resolution and attention of one head on 7 × 7. Sampling: DDIM in 20 steps, ours by
 * onnxruntime-node from the exported `sampler.onnx` alone.
 */
import { Diffusion, Dit, UNet } from "@gen/diffusion";
import { startsOf } from "../params.js";
import { blobs, type Random } from "../random.js";
import type { DuelWork, Rows } from "../work.js";

const shape = [1, 28, 28] as const;
export const ditSizes = { data: shape, patch: 4, width: 128, depth: 6, heads: 4, batch: 64, rows: 1024 } as const;
export const unetSizes = { data: shape, channels: 32, multipliers: [1, 2, 2], batch: 32, rows: 1024 } as const;
export const samplerSizes = { ...ditSizes, batch: 16, steps: 20 } as const;

export function dit(): Diffusion {
  const { patch, width, depth, heads } = ditSizes;
  return new Diffusion({ network: new Dit({ shape, patch, width, depth, heads }) });
}

export function unet(): Diffusion {
  const { channels, multipliers } = unetSizes;
  return new Diffusion({ network: new UNet({ shape, channels, multipliers, blocks: 1, attention: [7] }) });
}

/** Noise and levels differ between the sides, and make up most of a loss at the start. */
const compared = { first: 24, within: 0.1 };

export const diffusions: readonly DuelWork[] = [
  {
    kind: "duel",
    id: "diffusion-dit",
    title: "DiT 6×128, 28×28 in patches of 4, batch 64, Adam",
    sizes: ditSizes,
    params: () => startsOf(dit(), { zero: /(modulation|last)\.weight$/ }),
    rows: (random) => pictures(ditSizes.rows, random),
    steps: 8,
    opponents: [{ peer: "torch", target: 1, steps: 8 }],
    compared,
  },
  {
    kind: "duel",
    id: "diffusion-unet",
    title: "U-Net 32-64-64, 28×28, batch 32, Adam",
    sizes: unetSizes,
    params: () => startsOf(unet(), { zero: /(conv2|output|network\.last)\.weight$/ }),
    rows: (random) => pictures(unetSizes.rows, random),
    steps: 8,
    opponents: [{ peer: "torch", target: 0.65, steps: 8 }],
    compared,
  },
  {
    kind: "duel",
    id: "diffusion-dit-sample",
    title: "sampling that DiT by its exported file: DDIM, 20 steps, 16 at once",
    unit: "samples",
    perStep: samplerSizes.batch,
    sizes: samplerSizes,
    params: () => startsOf(dit()),
    rows: (random) => pictures(1, random),
    steps: 2,
    opponents: [{ peer: "torch", target: 1.1, steps: 2 }],
    compared: { first: 4, within: 0.1 },
  },
];

function pictures(rows: number, random: Random): Rows {
  const { shape: all, data } = blobs({ rows, data: shape }, random);
  return { shape: all, data: data.map((v) => 2 * v - 1) as Float32Array<ArrayBuffer> };
}
