/** @file What to try where a game goes wrong, in options of the command line: those that were not chosen already. */
import type { Finding } from "@gen/gan";
import { hasHeads, type GanChoices } from "./gan-options.js";

/** Penalties on the slope of the discriminator. */
const SLOPES: readonly GanChoices["penalty"][] = ["r1", "r2", "gradient-penalty", "dragan"];

/** The likeliest first. */
export function adviceFor(kind: Finding["kind"], chosen: GanChoices, isPicture: boolean): readonly string[] {
  const { loss, penalty, augment, spectral, minibatch, updates, learningRate, beta1, clip } = chosen;
  const isSloped = SLOPES.includes(penalty);
  const withSlope = isSloped ? "a larger --penalty-weight" : "--penalty r1, which holds back the discriminator's slope";
  const all: Record<Finding["kind"], readonly (string | false)[]> = {
    "mode collapse": [
      isSloped ? "a --penalty-weight ten times larger or smaller" : withSlope,
      !minibatch && hasHeads(loss) && "--minibatch, by which the discriminator compares the rows of a batch",
      `a --learning-rate below ${learningRate} with --discriminator-rate ${chosen.discriminatorRate ?? learningRate}, or --updates ${updates + 1}`,
    ],
    "vanishing gradients": [
      loss === "minimax" && "--loss non-saturating, whose gradient does not vanish",
      withSlope,
      updates > 1 && "--updates 1",
      `a --discriminator-rate below ${chosen.discriminatorRate ?? learningRate}`,
      isPicture && !augment && "--augment, which makes the discriminator's task harder",
    ],
    divergence: [
      `a --learning-rate below ${learningRate}`,
      beta1 > 0.5 && "--beta1 0",
      !isSloped && withSlope,
      !spectral && "--spectral, which bounds the discriminator",
      clip === undefined && "--clip 1, the longest gradient that a player follows",
    ],
  };
  return all[kind].filter((remedy) => remedy !== false);
}
