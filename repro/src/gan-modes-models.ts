/** @file The two recipes of the rows on Gaussians in the plane, for points of standard deviation 1.4 (ring) or 2.8 (grid). */
import { ndarray } from "@gen/core";
import { Standardise } from "@gen/core/codec";
import { adam, cosine, ema, exponentialDecay, type Optimizer } from "@gen/core/optim";
import {
  dense,
  Gan,
  gradientPenalty,
  nonSaturating,
  r1,
  scheduled,
  wasserstein,
  type DiscriminatorPenalty,
  type GanOptions,
} from "@gen/gan";
import type { GanModesOptions, sets } from "./gan-modes-row.js";

type Recipe = Pick<GanModesOptions, "set" | "model" | "game" | "steps" | "every" | "notes">;

const DEVIATION: Record<keyof typeof sets, number> = { ring: Math.SQRT2, grid: 2 * Math.SQRT2 };

type Players = Pick<GanOptions, "shape" | "latentDim" | "codec" | "architecture" | "codes" | "informationWeight">;

/** @param values of a part of the noise that comes in steps, if any: a smooth map of normal noise leaves bridges between modes */
function players(set: keyof typeof sets, values: number): Players {
  const std = ndarray([DEVIATION[set], DEVIATION[set]], [2]);
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

/** Of a penalty. It falls evenly in its logarithm to `last`, if given: at first players find the modes, then their shapes. */
interface Weight {
  readonly weight: number;
  readonly last?: number;
}

/** A penalty whose weight falls within so many updates of the player that it is for. */
const weighed = (
  penalty: (weight: number) => DiscriminatorPenalty,
  { weight, last }: Weight,
  updates: number,
): DiscriminatorPenalty =>
  last === undefined
    ? penalty(weight)
    : scheduled(penalty(1), exponentialDecay(weight, { decay: last / weight, every: updates }));

const told = ({ weight, last }: Weight, times = 1): string =>
  `${times * weight}${last === undefined ? "" : ` falling to ${times * last}`}`;

interface R1Options extends Length, Weight {
  /** Of the generator; the discriminator's is 2e-3. A generator as quick as that makes modes too narrow. @default 2e-3 */
  readonly generatorRate?: number;
}

/** Adam whose rate falls to nothing within so many updates of a player. */
const falling = (rate: number, updates: number): Optimizer =>
  adam({ learningRate: cosine(rate, { steps: updates }), beta1: 0, beta2: 0.99 });

/** Non-saturating losses with R1. */
export function withR1(
  set: keyof typeof sets,
  { steps, values = 0, decay = 0.995, generatorRate = 2e-3, ...weight }: R1Options,
): Recipe {
  const penalty = weighed((weight) => r1({ weight }), weight, steps);
  return {
    set,
    model: new Gan({ ...players(set, values), loss: nonSaturating(), penalties: [penalty] }),
    game: {
      batch: 256,
      optimizers: { discriminator: falling(2e-3, steps), generator: falling(generatorRate, steps) },
      average: ema({ decay }),
    },
    steps,
    every: 2000,
    notes: about(
      `R1 with γ = ${told(weight)}, Adam 2e-3${generatorRate === 2e-3 ? "" : ` (generator ${generatorRate})`}, β₁ 0, β₂ 0.99, batch 256`,
      { steps, values, decay },
    ),
  };
}

interface GradientPenaltyOptions extends Length, Weight {
  /** Rows of each kind: enough of every mode to tell how wide it is. @default 256 */
  readonly batch?: number;
}

/** Slope of the critic that costs nothing. */
const SLOPE = 0.002;

/**
 * WGAN-GP with two updates of the critic for one. A slope t with the weight λ is the slope 1 with the weight λt, and scores t times
 * as large, which Adam does not see. Where mass has to move, slopes are of the order of its way over 2λ: only far above t do they say
 * how far it is, and go to nothing as it arrives. Near t, players turn around each other, and the width of a mode is what it happens
 * to be when the rates have fallen.
 */
export function withGradientPenalty(
  set: keyof typeof sets,
  { steps, values = 0, decay = 0.99, batch = 256, ...weight }: GradientPenaltyOptions,
): Recipe {
  const moves = 2;
  const penalty = weighed((weight) => gradientPenalty({ weight, target: SLOPE }), weight, moves * steps);
  return {
    set,
    model: new Gan({
      ...players(set, values),
      loss: wasserstein(),
      penalties: [penalty],
    }),
    game: {
      batch,
      optimizers: { discriminator: falling(2e-3, moves * steps), generator: falling(1e-3, steps) },
      updates: { discriminator: moves },
      average: ema({ decay }),
    },
    steps,
    every: 1000,
    notes: about(
      `two updates of the critic for one, slope ${SLOPE} and λ = ${told(weight)} (as slope 1 and λ = ${told(weight, SLOPE)}, with scores ${1 / SLOPE} times as large), Adam 2e-3 (generator 0.001), β₁ 0, β₂ 0.99, batch ${batch}`,
      { steps, values, decay },
    ),
  };
}
