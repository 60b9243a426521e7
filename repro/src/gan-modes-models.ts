/** @file The two recipes of the rows on Gaussians in the plane, for points of standard deviation 1.4 (ring) or 2.8 (grid). */
import { ndarray } from "@gen/core";
import { Standardise } from "@gen/core/codec";
import { adam, cosine, ema, exponentialDecay, type Optimizer } from "@gen/core/optim";
import { dense, Gan, gradientPenalty, nonSaturating, r1, scheduled, wasserstein, type GanOptions } from "@gen/gan";
import type { GanModesOptions, sets } from "./gan-modes-row.js";

type Recipe = Pick<GanModesOptions, "set" | "model" | "game" | "steps" | "every" | "notes">;

const DEVIATION: Record<keyof typeof sets, number> = { ring: Math.SQRT2, grid: 2 * Math.SQRT2 };

type Players = Pick<GanOptions, "shape" | "latentDim" | "codec" | "architecture" | "codes" | "informationWeight">;

/** @param values of a part of the noise that comes in steps, if any: a smooth map of normal noise leaves bridges between modes */
function players(
  set: keyof typeof sets,
  { values, spread = 1 }: { readonly values: number; readonly spread?: number },
): Players {
  const std = ndarray([DEVIATION[set] / spread, DEVIATION[set] / spread], [2]);
  return {
    shape: [2],
    latentDim: 4,
    codec: new Standardise({ shape: [2], mean: ndarray([0, 0], [2]), std }),
    architecture: dense({ hidden: [128, 128, 128] }),
    ...(values > 0 && { codes: { categorical: [values] }, informationWeight: 0 }),
  };
}

const about = (what: string, { steps, values, decay }: Required<Length>): string =>
  `standardised points, deviation of a mode 0.05, 2 apart; 128-128-128 relu against 128-128-128 leaky relu, z four numbers of N(0, I)${values > 0 ? ` and one of ${values} values` : ""}; ${what}; ${steps.toLocaleString("en")} steps with cosine decay, running averages of the generator ${decay}`;

interface Length {
  readonly steps: number;
  /** Values of a part of the noise that comes in steps. @default none */
  readonly values?: number;
  /** Of the running averages. @default 0.995 */
  readonly decay?: number;
}

interface R1Options extends Length {
  /** γ, which falls evenly in log γ to `last`, if given: at first players find the modes, then their shapes. */
  readonly weight: number;
  readonly last?: number;
  /** Of the generator; the discriminator's is 2e-3. A generator as quick as that makes modes too narrow. @default 2e-3 */
  readonly generatorRate?: number;
}

/** Adam whose rate falls to nothing within so many updates of a player. */
const falling = (rate: number, updates: number): Optimizer =>
  adam({ learningRate: cosine(rate, { steps: updates }), beta1: 0, beta2: 0.99 });

/** Non-saturating losses with R1. */
export function withR1(
  set: keyof typeof sets,
  { steps, values = 0, decay = 0.995, weight, last, generatorRate = 2e-3 }: R1Options,
): Recipe {
  const penalty =
    last === undefined
      ? r1({ weight })
      : scheduled(r1({ weight: 1 }), exponentialDecay(weight, { decay: last / weight, every: steps }));
  const gamma = last === undefined ? `${weight}` : `${weight} falling to ${last}`;
  return {
    set,
    model: new Gan({ ...players(set, { values }), loss: nonSaturating(), penalties: [penalty] }),
    game: {
      batch: 256,
      optimizers: { discriminator: falling(2e-3, steps), generator: falling(generatorRate, steps) },
      average: ema({ decay }),
    },
    steps,
    every: 2000,
    notes: about(
      `R1 with γ = ${gamma}, Adam 2e-3${generatorRate === 2e-3 ? "" : ` (generator ${generatorRate})`}, β₁ 0, β₂ 0.99, batch 256`,
      { steps, values, decay },
    ),
  };
}

interface GradientPenaltyOptions extends Length {
  /** Deviation of the points that the players see: a critic with slopes near 1 tells what is wide. @default 1 */
  readonly spread?: number;
}

/** WGAN-GP with two updates of the critic for one; λ falls, as the weight of R1 does. */
export function withGradientPenalty(
  set: keyof typeof sets,
  { steps, values = 0, decay = 0.99, spread = 1 }: GradientPenaltyOptions,
): Recipe {
  const moves = 2;
  const weight = exponentialDecay(0.1, { decay: 0.01, every: moves * steps });
  return {
    set,
    model: new Gan({
      ...players(set, { values, spread }),
      loss: wasserstein(),
      penalties: [scheduled(gradientPenalty({ weight: 1 }), weight)],
    }),
    game: {
      batch: 256,
      optimizers: { discriminator: falling(2e-3, moves * steps), generator: falling(1.5e-3, steps) },
      updates: { discriminator: moves },
      average: ema({ decay }),
    },
    steps,
    every: 1000,
    notes: about(
      `points as the players see them ${spread} times as wide; two updates of the critic for one, λ = 0.1 falling to 0.001, Adam 2e-3 (generator 1.5e-3), β₁ 0, β₂ 0.99, batch 256`,
      { steps, values, decay },
    ),
  };
}
