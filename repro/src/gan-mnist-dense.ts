/**
 * @file GANs of MNIST of dense layers, as in the first paper (Goodfellow et al. 2014, arXiv:1406.2661), with what makes them learn
 * fast: R1 (Mescheder, Geiger & Nowozin 2018, arXiv:1801.04406), learning rates that fall to nothing, a long running average.
 */
import { adam, cosine, ema } from "@gen/core/optim";
import { dense, Gan, nonSaturating, r1 } from "@gen/gan";
import { ganMnistRow } from "./gan-mnist-row.js";

export interface DenseMnistOptions {
  readonly id: string;
  /** What the leaderboard calls it. */
  readonly name: string;
  /** Whether players know the class: beside the noise, and projected in the discriminator (Miyato & Koyama 2018, arXiv:1802.05637). */
  readonly conditional: boolean;
  /** In the generator. @default false */
  readonly batchNorm?: boolean;
  /** Of the noise that samples are made of, chosen on 3,000 training rows that were not learned from. @default all of it */
  readonly truncation?: number;
}

const steps = 60_000;

export function denseMnistGan({
  id,
  name,
  conditional,
  batchNorm = false,
  truncation,
}: DenseMnistOptions): ReturnType<typeof ganMnistRow> {
  const optimizer = adam({ learningRate: cosine(1e-3, { steps }), beta1: 0, beta2: 0.99 });
  const told = conditional
    ? "labels beside the noise, and projected in the discriminator; as many samples of each class; "
    : "";
  return ganMnistRow({
    id,
    name,
    model: new Gan({
      shape: [1, 28, 28],
      latentDim: 64,
      architecture: dense({ hidden: [512, 512], batchNorm, discriminatorHidden: [512, 256] }),
      loss: nonSaturating(),
      penalties: [r1({ weight: 1 })],
      ...(conditional && { classes: 10, conditioning: "projection" }),
    }),
    game: {
      batch: 64,
      pixels: "u8",
      optimizers: { discriminator: optimizer, generator: optimizer },
      average: ema({ decay: 0.9995 }),
    },
    ...(truncation !== undefined && { truncation }),
    steps,
    every: 2000,
    notes: `dense layers, 512-512 relu${batchNorm ? " with batch normalisation" : ""} against 512-256 leaky relu; ${told}non-saturating, R1 with γ = 1, Adam 1e-3 with cosine decay, β₁ 0, β₂ 0.99, batch 64, ${steps.toLocaleString("en")} steps; running averages of the generator 0.9995; ${truncation === undefined ? "no truncation" : `noise within ${truncation}, of all, 2.5, 2, 1.7 and 1.4 the widest that gave 3,000 training rows not learned from 230 nats`}; Parzen windows on 10,000 samples, σ by 1,000 rows that were not learned from`,
  });
}
