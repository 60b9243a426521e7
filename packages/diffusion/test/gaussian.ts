/** @file A distribution whose best denoiser is known: x ~ N(μ, s²) in each number, so that each sampler can be held against the truth. */
import { constant, ndarray, scalar, type NdArray, type Tensor } from "@gen/core";
import { valuesOf } from "@gen/core/testing";
import type { Denoiser, Network, NetworkInput, Process, Sampler, Step } from "../src/index.js";

export interface Gaussian {
  readonly mean: number;
  readonly std: number;
}

/** E[data | data + σ·noise]. */
export function oracle({ mean, std }: Gaussian): Denoiser {
  return (x, sigma) => {
    const v = std ** 2;
    return x.mul(v).add(sigma.square().mul(mean)).div(sigma.square().add(v));
  };
}

/** x at σ on the path of the probability-flow ODE that goes through `x` at `from`. */
export function exact(x: number, { mean, std }: Gaussian, [from, to]: readonly [number, number]): number {
  return mean + (x - mean) * Math.sqrt((std ** 2 + to ** 2) / (std ** 2 + from ** 2));
}

export const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);

export const f64 = (value: number): Tensor => constant(ndarray([value], [], "f64"));

export interface Chain {
  readonly x: readonly number[];
  readonly sigmas: readonly number[];
  readonly denoise: Denoiser;
  readonly noise?: (step: number) => readonly number[];
}

/**
 * A sampler down a list of levels in float64, without the step to 0, one graph a step.
 *
 * @param noise what it draws for each row in step i
 */
export function follow(sampler: Sampler, { x, sigmas, denoise, noise = () => x.map(() => 0) }: Chain): number[] {
  const row = (values: readonly number[]): Tensor => constant(ndarray([...values], [values.length, 1], "f64"));
  let state = [
    x,
    ...Array.from({ length: sampler.memory ?? 0 }, () => x.map(() => 0)),
  ] as readonly (readonly number[])[];
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const at = (k: number): Tensor => f64(k >= 0 ? sigmas[k]! : sigmas[0]! * (1 - k));
    const step: Step = {
      x: row(state[0]!),
      from: at(i),
      to: at(i + 1),
      past: [at(i - 1), at(i - 2)],
      index: scalar(i, "i32"),
      denoise,
      blend: () => undefined,
      noise: () => row(noise(i)),
      key: scalar(1n, "u64"),
      memory: state.slice(1).map(row),
      scale: (sigma) => sigma.square().add(1).sqrt().reciprocal(),
    };
    const next = sampler.step(step);
    state = valuesOf("x" in next ? [next.x, ...next.memory] : [next]).map(numbers);
  }
  return [...state[0]!];
}

/** Levels even in log σ. */
export function geometric(high: number, low: number, n: number): number[] {
  return Array.from({ length: n + 1 }, (_, i) => high * (low / high) ** (i / n));
}

/** p in error ~ n⁻ᵖ, from errors at n and 2n. */
export function orderOf(errors: readonly number[]): number {
  return Math.log2(errors.at(-2)! / errors.at(-1)!);
}

/** A process of one's own: levels even in log σ. */
export const even = (count: number, [low, high]: readonly [number, number]): Process => ({
  name: "even",
  levels: geometric(high, low, count - 1).reverse(),
  scale: (sigma) => sigma.square().add(1).sqrt().reciprocal(),
});

/** A "network" that is a function of data with noise and σ, which it works out from what networks are handed: α x and the clock. */
export class Knowing implements Network {
  readonly shape: readonly number[];
  readonly outputShape: readonly number[];
  readonly conditionFeatures: number;
  readonly #levels: readonly [number, number];
  readonly #f: (x: Tensor, at: { readonly sigma: Tensor; readonly condition: Tensor | undefined }) => Tensor;

  constructor(
    { levels }: Process,
    f: (x: Tensor, at: { readonly sigma: Tensor; readonly condition: Tensor | undefined }) => Tensor,
    { shape = [2], outputShape = shape, conditionFeatures = 0 }: Partial<Omit<Network, "forward">> = {},
  ) {
    this.shape = shape;
    this.outputShape = outputShape;
    this.conditionFeatures = conditionFeatures;
    this.#levels = [levels[0]!, levels.at(-1)!];
    this.#f = f;
  }

  forward(x: Tensor, { time, condition }: NetworkInput): Tensor {
    const [low, high] = this.#levels.map(Math.log) as [number, number];
    const sigma = time
      .mul((high - low) / 1000)
      .add(low)
      .exp()
      .reshape([time.shape[0]!, ...this.shape.map(() => 1)]);
    return this.#f(x.mul(sigma.square().add(1).sqrt()), { sigma, condition });
  }
}
