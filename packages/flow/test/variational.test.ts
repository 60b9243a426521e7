import { grad, key, ndarray, parameters, program, traceScope, type Scope, type Tensor } from "@gen/core";
import { runReference, startReference } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  alphaDivergence,
  ElementwiseAffine,
  energies,
  Flow,
  pathReverseKl,
  planarFlow,
  reverseKl,
  standardNormal,
  type Target,
} from "../src/index.js";
import { evaluated } from "./laws.js";

const N = 4096;
const flow = new Flow({ transforms: [new ElementwiseAffine({ shape: [2] })] }); // N(0, I) at first
const target =
  (mean: number): Target =>
  (z) =>
    standardNormal([2]).logProb(z.sub(mean), traceScope("eval"));

/** A loss and its gradients by the flow's parameters, with draws from key 4. */
function measured(loss: (scope: Scope) => Tensor): { value: number; gradients: Record<string, number[]> } {
  const scope = traceScope("train");
  const value = loss(scope);
  const params = parameters(flow);
  const gradients = grad(value, [...params.values()]);
  const outputs = { value, ...Object.fromEntries([...params.keys()].map((name, i) => [name, gradients[i]!])) };
  const traced = program({ states: params, key: scope.key, outputs });
  const results = runReference(traced, { store: startReference(traced), key: key(4) });
  const numbers = Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)] as const);
  return { value: numbers[0]![1][0]!, gradients: Object.fromEntries(numbers.slice(1)) };
}

describe("the reverse divergence", () => {
  it("is that of two normal distributions", () => {
    const { value } = measured((scope) => reverseKl(flow, target(0.5), { n: N, scope }));
    expect(value).toBeCloseTo(0.25, 1); // 2 · ½ · 0.5²
  });

  it("has gradients along the path that agree with the whole ones in the mean", () => {
    const whole = measured((scope) => reverseKl(flow, target(0.5), { n: N, scope }));
    const path = measured((scope) => pathReverseKl(flow, target(0.5), { n: N, scope }));
    expect(path.value).toBeCloseTo(whole.value, 12);
    for (const [name, g] of Object.entries(path.gradients))
      g.forEach((v, i) => expect(Math.abs(v - whole.gradients[name]![i]!)).toBeLessThan(6 / Math.sqrt(N)));
    // The flow takes data to base, z₀ = z·eˢ + t: moving the draws up by ½ is to lower t by ½.
    expect(path.gradients["transform.transforms.0.shift"]![0]).toBeCloseTo(0.5, 9);
  });

  it("has gradients along the path that vanish draw by draw at the target, where the whole ones are noise", () => {
    const path = measured((scope) => pathReverseKl(flow, target(0), { n: 8, scope }));
    const whole = measured((scope) => reverseKl(flow, target(0), { n: 8, scope }));
    expect(Math.max(...Object.values(path.gradients).flat().map(Math.abs))).toBeLessThan(1e-12);
    expect(Math.max(...Object.values(whole.gradients).flat().map(Math.abs))).toBeGreaterThan(1e-3);
  });
});

describe("the α-divergence", () => {
  it("is −log Z at the target for every α, and near the reverse divergence for α near 1", () => {
    for (const alpha of [-1, 0, 0.5, 2]) {
      const { value } = measured((scope) => alphaDivergence(flow, target(0), { n: 64, scope, alpha }));
      expect(value).toBeCloseTo(0, 7); // log n is rounded to float32
    }
    const near = measured((scope) => alphaDivergence(flow, target(0.5), { n: N, scope, alpha: 1 - 1e-3 }));
    const kl = measured((scope) => reverseKl(flow, target(0.5), { n: N, scope }));
    expect(near.value).toBeCloseTo(kl.value, 3);
  });

  it("is Rényi's, of two normal distributions: α‖μ‖²/2 for α in (0, 1)", () => {
    const { value } = measured((scope) => alphaDivergence(flow, target(0.5), { n: N, scope, alpha: 0.5 }));
    expect(value).toBeCloseTo(0.125, 1);
  });

  it("refuses α = 1", () => {
    const made = (): unknown => alphaDivergence(flow, target(0), { n: 2, scope: traceScope("eval"), alpha: 1 });
    expect(made).toThrow("alphaDivergence: expected α other than 1, got 1");
  });
});

describe("the energies of the paper", () => {
  const points = [
    [0.5, -1.2],
    [-2.1, 0.4],
    [1.3, 1.9],
  ] as const;
  const w1 = (a: number): number => Math.sin((2 * Math.PI * a) / 4);
  const w2 = (a: number): number => 3 * Math.exp(-0.5 * ((a - 1) / 0.6) ** 2);
  const w3 = (a: number): number => 3 / (1 + Math.exp(-(a - 1) / 0.3));
  const bowl = (v: number, s: number): number => Math.exp(-0.5 * (v / s) ** 2);
  const wanted = {
    u1: (a: number, b: number) =>
      0.5 * ((Math.hypot(a, b) - 2) / 0.4) ** 2 - Math.log(bowl(a - 2, 0.6) + bowl(a + 2, 0.6)),
    u2: (a: number, b: number) => 0.5 * ((b - w1(a)) / 0.4) ** 2,
    u3: (a: number, b: number) => -Math.log(bowl(b - w1(a), 0.35) + bowl(b - w1(a) + w2(a), 0.35)),
    u4: (a: number, b: number) => -Math.log(bowl(b - w1(a), 0.4) + bowl(b - w1(a) + w3(a), 0.35)),
  };
  it.each(["u1", "u2", "u3", "u4"] as const)("%s is what its equation says", (name) => {
    const x = ndarray(Float64Array.from(points.flat()), [3, 2], "f64");
    const { U } = evaluated(new ElementwiseAffine({ shape: [2] }), { x, reach: 0 }, (z) => ({ U: energies[name](z) }));
    points.forEach(([a, b], i) => expect(Number(U!.data[i])).toBeCloseTo(wanted[name](a, b), 5));
  });
});

describe("Pushforward", () => {
  it("gives draws with the density that the inverse of its transforms finds", () => {
    const q = planarFlow({ dim: 2, depth: 3 });
    const x = ndarray(new Float64Array(8), [4, 2], "f64");
    const { drawn, found } = evaluated(q.transform, { x, reach: 0.5 }, (_x, at) => {
      const { z, logProb } = q.draw(4, at);
      const { x: z0, logDet } = q.transform.inverse(z, at);
      return { drawn: logProb, found: q.base.logProb(z0, at.scope).add(logDet) };
    });
    drawn!.data.forEach((v: number | bigint, i: number) => expect(Number(v)).toBeCloseTo(Number(found!.data[i]), 7));
  });
});
