/** @file The optimizers whose trajectories are in fixtures/torch.json, by the names that they have there. */
import { adam, adamw } from "../../src/optim/adam.js";
import { clipByGlobalNorm, clipByNorm, clipByValue, l2Penalty } from "../../src/optim/links.js";
import { chain, type Optimizer } from "../../src/optim/optimizer.js";
import { rmsprop } from "../../src/optim/rmsprop.js";
import { cosine, oneCycle } from "../../src/optim/schedule.js";
import { sgd } from "../../src/optim/sgd.js";
import fixture from "./fixtures/torch.json" with { type: "json" };

export const runs: Record<keyof typeof fixture.runs, Optimizer> = {
  sgd: sgd({ learningRate: 0.05 }),
  momentum: sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 }),
  dampened: sgd({ learningRate: 0.05, momentum: 0.9, dampening: 0.4 }),
  nesterov: sgd({ learningRate: 0.05, momentum: 0.8, nesterov: true }),
  adam: adam({ learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }),
  adamw: adam({ learningRate: 0.05, weightDecay: 0.2 }),
  "adam with an L2 penalty": chain(l2Penalty(0.2), adam({ learningRate: 0.05 })),
  "adamw by default": adamw(),
  amsgrad: adamw({ learningRate: 0.05, beta1: 0.8, beta2: 0.9, amsgrad: true }),
  rmsprop: rmsprop({ learningRate: 0.05, decay: 0.9 }),
  "rmsprop, centered with momentum": rmsprop({
    learningRate: 0.01,
    decay: 0.9,
    epsilon: 1e-3,
    momentum: 0.5,
    centered: true,
  }),
  clipped: chain(clipByGlobalNorm(1.5), sgd({ learningRate: 0.05, momentum: 0.9 })),
  "clipped by value, on a cosine": chain(
    clipByValue(0.5),
    sgd({ learningRate: cosine(0.1, { steps: fixture.steps, end: 0.01 }), momentum: 0.9 }),
  ),
  "clipped each, in one cycle": chain(
    clipByNorm(0.7),
    adamw({ learningRate: oneCycle(0.1, { steps: fixture.steps }), weightDecay: 0.1 }),
  ),
};
