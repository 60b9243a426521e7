import { constant, ndarray, type Tensor } from "@gen/core";
import { valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { ddim, ddpm, dpmSolver2mSde, SAMPLERS, type Sampler } from "../src/index.js";
import { exact, f64, follow, geometric, numbers, oracle, orderOf, type Gaussian } from "./gaussian.js";

const data: Gaussian = { mean: 0.7, std: 0.6 };
const denoise = oracle(data);
const [high, low] = [20, 0.05];

/** Error of the end of one path of the ODE. */
function pathError(sampler: Sampler, n: number): number {
  const start = 15;
  const [end] = follow(sampler, { x: [start], sigmas: geometric(high, low, n), denoise });
  return Math.abs(end! - exact(start, data, [high, low]));
}

/**
 * Errors of mean and variance at the end, without sampling: where the denoiser is affine, so is the end, in the start and in
 * each step's noise. Row 0 has none of them, each other row one.
 */
function momentErrors(sampler: Sampler, n: number): { mean: number; variance: number } {
  const rows = n + 2;
  const [rest, ...ends] = follow(sampler, {
    x: Array.from({ length: rows }, (_, row) => (row === 1 ? 1 : 0)),
    sigmas: geometric(high, low, n),
    denoise,
    noise: (step) => Array.from({ length: rows }, (_, row) => (row === step + 2 ? 1 : 0)),
  }) as [number, ...number[]];
  const [start, ...drawn] = ends.map((end) => end - rest) as [number, ...number[]];
  const mean = start * data.mean + rest;
  const variance = drawn.reduce((sum, v) => sum + v ** 2, start ** 2 * (data.std ** 2 + high ** 2));
  return { mean: Math.abs(mean - data.mean), variance: Math.abs(variance - data.std ** 2 - low ** 2) };
}

describe("a sampler recovers a normal distribution at its order", () => {
  const deterministic = Object.entries(SAMPLERS).filter(([, sampler]) => !("draws" in sampler && sampler.draws));
  it.each(deterministic)("%s, along the ODE", (_, sampler: Sampler) => {
    const errors = [32, 64, 128].map((n) => pathError(sampler, n));
    expect(orderOf(errors)).toBeGreaterThan(sampler.order - 0.15);
    expect(orderOf(errors)).toBeLessThan(sampler.order + 0.9);
    expect(errors.at(-1)).toBeLessThan(0.05);
  });

  const drawing: [string, Sampler][] = [
    ["ddpm", SAMPLERS.ddpm],
    ["ddpm with the large variance", ddpm({ variance: "large" })],
    ["euler-ancestral", SAMPLERS["euler-ancestral"]],
    ["ddim, η = 0.5", ddim({ eta: 0.5 })],
    ["dpm-solver-2m-sde", SAMPLERS["dpm-solver-2m-sde"]],
  ];
  it.each(drawing)("%s, in mean and variance", (_, sampler) => {
    const errors = [24, 48, 96].map((n) => momentErrors(sampler, n));
    expect(errors.at(-1)!.mean).toBeLessThan(2e-2);
    expect(orderOf(errors.map(({ variance }) => variance))).toBeGreaterThan(sampler.order - 0.15);
  });
});

describe("samplers that are one", () => {
  const at = { x: [1.5, -2], sigmas: [8, 3, 1, 0.4], denoise, noise: () => [0.8, -0.3] };
  const same = (a: Sampler, b: Sampler): void => {
    const [first, second] = [follow(a, at), follow(b, at)];
    first.forEach((v, i) => expect(v).toBeCloseTo(second[i]!, 12));
  };
  it("DDIM at η = 0 is Euler's method", () => same(ddim(), SAMPLERS.euler));
  it("DDIM at η = 1 is Euler with noise", () => same(ddim({ eta: 1 }), SAMPLERS["euler-ancestral"]));
  it("DDIM at η = 1 is DDPM", () => same(ddim({ eta: 1 }), SAMPLERS.ddpm));
  it("DPM-Solver++ SDE at η = 0 is DPM-Solver++", () => same(dpmSolver2mSde({ eta: 0 }), SAMPLERS["dpm-solver-2m"]));
});

it("a consistency model's jump is exact for its own function", () => {
  const x = constant(ndarray([3], [1, 1], "f64"));
  const jump = SAMPLERS.consistency.step({
    x,
    from: f64(2),
    to: f64(1),
    denoise: (y: Tensor) => y.mul(0.5),
    noise: () => x,
  } as never);
  expect(numbers(valuesOf([jump as never])[0]!)[0]).toBeCloseTo(3 * 0.5 + 3, 12);
});
