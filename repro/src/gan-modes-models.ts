/** @file The two recipes of the rows on Gaussians in the plane, for points of standard deviation 1.4 (ring) or 2.8 (grid). */
import { ndarray } from "@gen/core";
import { Standardise } from "@gen/core/codec";
import { adam, cosine, ema, exponentialDecay, type Optimizer } from "@gen/core/optim";
import { dense, Gan, gradientPenalty, nonSaturating, r1, scheduled, wasserstein, type GanOptions } from "@gen/gan";
import type { GanModesOptions, sets } from "./gan-modes-row.js";

type Recipe = Pick<GanModesOptions, "set" | "model" | "game" | "steps" | "every" | "notes">;

const DEVIATION: Record<keyof typeof sets, number> = { ring: Math.SQRT2, grid: 2 * Math.SQRT2 };

function players(set: keyof typeof sets): Pick<GanOptions, "shape" | "latentDim" | "codec" | "architecture"> {
  const std = ndarray([DEVIATION[set], DEVIATION[set]], [2]);
  return {
    shape: [2],
    latentDim: 4,
    codec: new Standardise({ shape: [2], mean: ndarray([0, 0], [2]), std }),
    architecture: dense({ hidden: [128, 128, 128] }),
  };
}

const about = (what: string, steps: number): string =>
  `standardised points, deviation of a mode 0.05, 2 apart; 4-128-128-128-2 relu against 2-128-128-128-1 leaky relu, z of N(0, I); ${what}; ${steps.toLocaleString("en")} steps with cosine decay, running averages of the generator 0.995`;

/**
 * Non-saturating losses with R1.
 *
 * @param how.weight γ, which falls evenly in log γ to `last`, if given: at first players find the modes, then their shapes
 */
export function withR1(
  set: keyof typeof sets,
  { steps, weight, last }: { readonly steps: number; readonly weight: number; readonly last?: number },
): Recipe {
  const optimizer = adam({ learningRate: cosine(2e-3, { steps }), beta1: 0, beta2: 0.99 });
  const penalty =
    last === undefined
      ? r1({ weight })
      : scheduled(r1({ weight: 1 }), exponentialDecay(weight, { decay: last / weight, every: steps }));
  const gamma = last === undefined ? `${weight}` : `${weight} falling to ${last}`;
  return {
    set,
    model: new Gan({ ...players(set), loss: nonSaturating(), penalties: [penalty] }),
    game: { batch: 256, optimizers: bothBy(optimizer), average: ema({ decay: 0.995 }) },
    steps,
    every: 2000,
    notes: about(`R1 with γ = ${gamma}, Adam 2e-3, β₁ 0, β₂ 0.99, batch 256`, steps),
  };
}

/** WGAN-GP: three updates of the critic for one of the generator. */
export function withGradientPenalty(set: keyof typeof sets, { steps }: { readonly steps: number }): Recipe {
  const optimizer = adam({ learningRate: cosine(1e-3, { steps }), beta1: 0, beta2: 0.9 });
  return {
    set,
    model: new Gan({ ...players(set), loss: wasserstein(), penalties: [gradientPenalty({ weight: 0.1 })] }),
    game: { batch: 128, optimizers: bothBy(optimizer), updates: { discriminator: 3 }, average: ema({ decay: 0.995 }) },
    steps,
    every: 1000,
    notes: about("three updates of the critic for one, λ = 0.1, Adam 1e-3, β₁ 0, β₂ 0.9, batch 128", steps),
  };
}

const bothBy = (optimizer: Optimizer): GanModesOptions["game"]["optimizers"] => ({
  discriminator: optimizer,
  generator: optimizer,
});
