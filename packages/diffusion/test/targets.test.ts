import { constant, ndarray, scalar, type Tensor } from "@gen/core";
import { valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  checkProcess,
  cosine,
  edm,
  edmTarget,
  linearBeta,
  noised,
  preconditioning,
  PROCESSES,
  rangeOf,
  sigmaAt,
  TARGETS,
  WEIGHTINGS,
  type Process,
  type Target,
} from "../src/index.js";
import { mixed } from "../src/target.js";
import { f64, numbers } from "./gaussian.js";

const value = (t: Tensor): number => numbers(valuesOf([t])[0]!)[0]!;
const processes = Object.entries(PROCESSES).map(([name, make]) => [name, make()] as [string, Process]);
const targets: [string, Target][] = Object.entries(TARGETS);

describe.each(processes)("the process %s", (_, process) => {
  it("has levels that rise, and passes them at its own times", () => {
    checkProcess(process);
    const { levels } = process;
    const last = levels.length - 1;
    for (const k of [0, 1, 400, last - 1, last])
      expect(value(sigmaAt(process, f64(k / last))) / levels[k]!).toBeCloseTo(1, 5);
  });

  it("lies between two levels at a time between them", () => {
    const { levels } = process;
    const sigma = value(sigmaAt(process, f64(100.5 / (levels.length - 1))));
    expect(sigma).toBeGreaterThan(levels[100]!);
    expect(sigma).toBeLessThan(levels[101]!);
  });

  it.each(targets)("recovers data from the target %s, were it known", (__, target) => {
    const [data, noise] = [0.8, -1.3];
    for (const sigma of [rangeOf(process)[0], 0.3, 5]) {
      const s = f64(sigma);
      const mix = target({ sigma: s, alpha: process.scale(s) });
      const { skip, out } = preconditioning(mix, s);
      const raw = mixed(mix, f64(data), f64(noise));
      const x = f64(data + sigma * noise);
      const mean = skip === undefined ? raw.mul(out) : x.mul(skip).add(raw.mul(out));
      expect(value(mean)).toBeCloseTo(data, 6);
    }
  });
});

it("β of Ho et al. 2020 gives the product of 1 − β that the paper names: α² all but 0 at T", () => {
  const { levels } = linearBeta();
  const squared = levels.map((sigma) => 1 / (1 + sigma * sigma)); // ᾱ
  expect(squared[0]).toBeCloseTo(1 - 1e-4, 10);
  expect(1 - squared[999]! / squared[998]!).toBeCloseTo(0.02, 8);
  expect(squared[999]).toBeCloseTo(4.0358e-5, 8);
});

it("α² of the cosine process is the paper's", () => {
  const f = (t: number): number => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  const { levels } = cosine();
  for (const k of [0, 499, 900]) expect(1 / (1 + levels[k]! ** 2)).toBeCloseTo(f((k + 1) / 1000) / f(0), 8);
});

it("sub-VP has the noise 1 − α², α the integral of β, as the paper says", () => {
  const process = PROCESSES["sub-vp"]();
  for (const k of [0, 300, 999]) {
    const t = 1e-3 + (0.999 * k) / 999;
    const alpha = value(process.scale(f64(process.levels[k]!)));
    expect(alpha).toBeCloseTo(Math.exp(-0.05 * t - 0.25 * 19.9 * t * t), 8);
    expect(alpha * process.levels[k]!).toBeCloseTo(1 - alpha ** 2, 8);
  }
});

it("EDM trains at log σ of mean −1.2 and standard deviation 1.2", () => {
  const logs = edm().levels.map(Math.log);
  const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
  const variance = logs.reduce((sum, v) => sum + (v - mean) ** 2, 0) / logs.length;
  expect(mean).toBeCloseTo(-1.2, 6);
  expect(Math.sqrt(variance)).toBeCloseTo(1.2, 2);
});

it("a step of the process adds the missing variance", () => {
  const n = 20_000;
  const x = constant(ndarray(new Float32Array(n), [n, 1]));
  const key = constant({ dtype: "u64", shape: [], data: BigUint64Array.of(12345n) });
  const moved = numbers(valuesOf([noised(x, { from: scalar(0.6), to: scalar(1), key })])[0]!);
  const variance = moved.reduce((sum, v) => sum + v * v, 0) / n;
  expect(variance).toBeCloseTo(1 - 0.36, 1);
});

it("EDM's preconditioning gives a network unit variance in and out", () => {
  const process = edm();
  for (const sigma of [0.01, 0.5, 20]) {
    const s = f64(sigma);
    const { data, noise } = edmTarget()({ sigma: s, alpha: process.scale(s) });
    expect(value(process.scale(s)) ** 2 * (0.25 + sigma ** 2)).toBeCloseTo(1, 6);
    expect(value(data!) ** 2 * 0.25 + value(noise!) ** 2).toBeCloseTo(1, 6);
  }
});

it("weightings are what their papers say", () => {
  const [sigma, out] = [f64(0.5), f64(-0.5)];
  const at = { sigma, out };
  expect(value(WEIGHTINGS.simple(at))).toBeCloseTo(4, 9);
  expect(value(WEIGHTINGS.epsilon(at))).toBeCloseTo(4, 9);
  expect(value(WEIGHTINGS.data(at))).toBe(1);
  expect(value(WEIGHTINGS["min-snr"]({ sigma: f64(0.1), out }))).toBeCloseTo(5, 6);
  expect(value(WEIGHTINGS["min-snr"]({ sigma: f64(2), out }))).toBeCloseTo(0.25, 6);
  expect(value(WEIGHTINGS.edm(at))).toBeCloseTo((0.25 + 0.25) / 0.0625, 6);
});
