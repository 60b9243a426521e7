/**
 * @file The walk of a sampler down a schedule: how it begins, one step of it, and its end, each a function of nodes. The loop
 * inside a graph, an exported file and a loop of the host are made of the same three.
 */
import { concat, full, randomNormal, scalar, scan, splitKey, type Shape, type Tensor } from "@gen/core";
import type { Sampler } from "./sampler.js";

/** What a model makes of x, besides x̂. */
export interface Estimate {
  readonly mean: Tensor;
  readonly blend?: Tensor | undefined;
}

/** x̂ of a model that may look at its last x̂ (self-conditioning). */
export type Estimator = (x: Tensor, sigma: Tensor, last: Tensor) => Estimate;

export interface WalkOptions {
  readonly sampler: Sampler;
  /** [n + 1], falling, the last 0. */
  readonly sigmas: Tensor;
  readonly estimate: Estimator;
  /** Whether `estimate` looks at its last x̂. @default false */
  readonly remembers?: boolean | undefined;
  readonly scale: (sigma: Tensor) => Tensor;
  readonly key: Tensor;
}

/** What is carried from step to step: x first, all of its shape. */
export type State = readonly Tensor[];

export interface Walk {
  readonly sigmas: Tensor;
  /** Where a walk begins: at noise, or at data with noise. @param from data [n, …]; without them noise alone */
  begin(shape: Shape, from?: Tensor): State;
  /** Step i (i32 scalar), from level i to level i + 1. */
  advance(state: State, i: Tensor): State;
  /** From level i, the last above 0, to the data. */
  end(state: State, i: Tensor): Tensor;
}

export function walk({ sampler, sigmas, estimate, remembers = false, scale, key }: WalkOptions): Walk {
  const { memory = 0 } = sampler;
  const sigmaAt = (i: Tensor): Tensor => sigmas.gather(i);
  const past = (i: Tensor, back: number): Tensor => {
    const missing = i.neg().add(back).maximum(0).cast(sigmas.dtype);
    return sigmaAt(i.sub(back).maximum(0)).mul(missing.add(1)); // beyond the first: twice, three times as much
  };
  return {
    sigmas,
    begin(shape, from) {
      const noise = randomNormal(splitKey(key, 0), shape).mul(sigmaAt(scalar(0, "i32")));
      const zero = full(shape, 0);
      const handed = Array.from({ length: memory + (remembers ? 1 : 0) }, () => zero);
      return [from === undefined ? noise : from.add(noise), ...handed];
    },
    advance(state, i) {
      const x = state[0]!;
      let last = remembers ? state.at(-1)! : x;
      let estimated: Estimate | undefined;
      let draws = 0;
      const ownKey = splitKey(key, i.add(1));
      const stepped = sampler.step({
        x,
        from: sigmaAt(i),
        to: sigmaAt(i.add(1)),
        past: [past(i, 1), past(i, 2)],
        index: i,
        denoise(at, sigma) {
          estimated = estimate(at, sigma, last);
          return (last = estimated.mean);
        },
        blend: () => estimated?.blend,
        noise: () => randomNormal(splitKey(ownKey, draws++), x.shape),
        key: ownKey,
        memory: state.slice(1, 1 + memory),
        scale,
      });
      const next = "x" in stepped ? [stepped.x, ...stepped.memory] : [stepped];
      return remembers ? [...next, last] : next;
    },
    end: (state, i) => estimate(state[0]!, sigmaAt(i), state.at(-1)!).mean,
  };
}

/**
 * A whole walk as one loop in the graph.
 *
 * @param steps n; the schedule has n + 1 levels
 */
export function walked(path: Walk, start: State, steps: number): Tensor {
  const { carry } = scan({ carry: [...start, scalar(0, "i32")], length: steps - 1 }, (before) => {
    const i = before.at(-1)!;
    return { carry: [...path.advance(before.slice(0, -1), i), i.add(1)] };
  });
  return path.end(carry.slice(0, -1), carry.at(-1)!);
}

/** x before each step and its level, and at last the data: frames [steps + 1, N, …] and sigmas [steps + 1]. */
export function watched(path: Walk, start: State, steps: number): { frames: Tensor; sigmas: Tensor } {
  const { carry, ys } = scan({ carry: [...start, scalar(0, "i32")], length: steps - 1 }, (before) => {
    const i = before.at(-1)!;
    return { carry: [...path.advance(before.slice(0, -1), i), i.add(1)], ys: [before[0]!] };
  });
  const last = path.end(carry.slice(0, -1), carry.at(-1)!);
  return { frames: concat([ys[0]!, carry[0]!.unsqueeze(0), last.unsqueeze(0)], 0), sigmas: path.sigmas };
}
