/**
 * @file What the rows of one table share: a small convolutional VAE on fixed binarised MNIST whose posterior differs, by
 * equal steps and measured on the same test rows. Rezende & Mohamed 2015, arXiv:1505.05770, table 2.
 */
import type { Tensor } from "@gen/core";
import { adam, cosine } from "@gen/core/optim";
import { PlanarStack } from "@gen/flow";
import { convolutional, Vae, type PosteriorOption } from "@gen/vae";
import { latentRow, type LatentRowOptions } from "./latent-row.js";

const [batchSize, steps, warmUpSteps] = [100, 20_000, 2_500];

/** Numbers that the encoder gives besides mean and deviation. */
export const CONTEXT = 64;

export interface PosteriorRowOptions extends Pick<LatentRowOptions, "id"> {
  /** What makes q(z|x) more than a normal distribution. @default nothing */
  readonly posterior?: PosteriorOption;
  /** What it is, in words. */
  readonly about: string;
}

export function posteriorRow({ id, posterior, about }: PosteriorRowOptions): ReturnType<typeof latentRow> {
  const model = new Vae({
    shape: [1, 28, 28],
    latentDim: 40,
    architecture: convolutional({ channels: [16, 32], kernel: 4, hidden: 300, activation: "silu" }),
    beta: (step: Tensor) => step.add(1).div(warmUpSteps).minimum(1),
    ...(posterior && { posterior }),
  });
  return latentRow({
    id,
    stages: [{ model, batchSize, until: steps }],
    optimizer: adam({ learningRate: cosine(2e-3, { steps }), weightDecay: 0.03 }),
    every: 2_000,
    testRows: 2_000,
    notes: `two convolutions 4×4 of stride 2 (16 and 32 channels) and a layer of 300 down to 40 latents, the mirror image up, silu; ${about}; Adam 2e-3 with cosine decay, weight decay 0.03, batch ${batchSize}, ${steps} steps; β from 0 to 1 over ${warmUpSteps} steps; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000, on the same 2,000 random test rows for each row of the table`,
  });
}

/** The row with K planar transforms of the posterior; 0 leaves it normal. */
export function planarRow(depth: number): ReturnType<typeof posteriorRow> {
  const id = `flow/binarized-mnist/planar-${depth}`;
  if (depth === 0) return posteriorRow({ id, about: "a normal posterior" });
  return posteriorRow({
    id,
    posterior: ({ latentDim }) => new PlanarStack({ dim: latentDim, depth, contextDim: CONTEXT }),
    about: `${depth} planar transforms of the posterior, each a linear function of ${CONTEXT} numbers of context`,
  });
}
