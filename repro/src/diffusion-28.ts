/** @file Diffusion models of pictures of 28 × 28, told the class. */
import { cosine, Diffusion, Dit, pictureCodec, UNet } from "@gen/diffusion";

const shape = [1, 28, 28];
const common = { process: cosine(), target: "v", codec: pictureCodec(shape), levels: 256 } as const;

/** Of MNIST: 49 patches, 6 blocks of width 128 with one modulation for all: 1.4 million parameters, 2.7 MB in f16. */
export function mnistDit(): Diffusion {
  const network = new Dit({
    shape,
    patch: 4,
    width: 128,
    depth: 6,
    heads: 4,
    modulation: "shared",
    conditionFeatures: 64,
  });
  return new Diffusion({ network, condition: { classes: 10 }, ...common });
}

/** 16 channels on 28 × 28, 32 on 14 × 14 and 64 on 7 × 7, a residual block a resolution, attention on the second as in the paper. */
export function smallUNet(classes: number): Diffusion {
  const network = new UNet({
    shape,
    channels: 16,
    multipliers: [1, 2, 4],
    blocks: 1,
    attention: [14],
    conditionFeatures: 64,
  });
  return new Diffusion({ network, condition: { classes }, ...common });
}
