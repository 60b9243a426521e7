import { describe, expect, it } from "vitest";
import {
  cosine,
  exponentialDecay,
  inverseSqrt,
  linear,
  oneCycle,
  piecewise,
  rateAt,
  sequential,
  warmUp,
  type Rate,
} from "../../src/optim/schedule.js";
import { scalar } from "../../src/tensor/tensor.js";
import { valuesOf } from "../../src/testing/run-reference.js";
import fixture from "./fixtures/torch.json" with { type: "json" };

const at = (rate: Rate, step: number): number =>
  Number(valuesOf([rateAt(rate, scalar(step, "i32"), "f32")])[0]!.data[0]);

describe("PyTorch's schedules", () => {
  const ours: Record<keyof typeof fixture.schedules, [Rate, number]> = {
    cosine: [cosine(0.1, { steps: 20, end: 0.01 }), 20], // PyTorch's rises again after its end
    exponentialDecay: [exponentialDecay(0.1, { decay: 0.9, every: 1 }), fixture.steps],
    linear: [linear(0.1, { steps: 10, end: 0.02 }), fixture.steps],
    oneCycle: [oneCycle(0.1, { steps: fixture.steps }), fixture.steps],
    piecewise: [piecewise([0.1, 0.01, 0.001], { at: [5, 12] }), fixture.steps],
    sequential: [
      sequential([{ rate: linear(0.01, { steps: 5, end: 0.1 }), steps: 5 }], cosine(0.1, { steps: 15 })),
      20,
    ],
  };
  it.each(Object.entries(ours))("%s", (name, [rate, steps]) => {
    const wanted = fixture.schedules[name as keyof typeof ours];
    for (let step = 0; step < steps; step++) expect(at(rate, step)).toBeCloseTo(wanted[step]!, 7);
  });
});

describe("their equations", () => {
  it.each<[string, Rate, (step: number) => number]>([
    ["constant", 0.1, () => 0.1],
    ["exponentialDecay", exponentialDecay(0.1, { decay: 0.5, every: 10 }), (s) => 0.1 * 0.5 ** (s / 10)],
    [
      "cosine",
      cosine(0.1, { steps: 20, end: 0.01 }),
      (s) => 0.01 + 0.045 * (1 + Math.cos((Math.PI * Math.min(s, 20)) / 20)),
    ],
    ["linear", linear(0.1, { steps: 20, end: 0.02 }), (s) => 0.1 - 0.08 * Math.min(s / 20, 1)],
    ["warmUp", warmUp(0.1, { steps: 4 }), (s) => 0.1 * Math.min((s + 1) / 4, 1)],
    [
      "warmUp of another",
      warmUp(linear(0.1, { steps: 20 }), { steps: 4 }),
      (s) => 0.1 * (1 - Math.min(s / 20, 1)) * Math.min((s + 1) / 4, 1),
    ],
    [
      "inverseSqrt",
      inverseSqrt((512 * 10) ** -0.5, { warmUp: 10 }),
      (s) => 512 ** -0.5 * Math.min((s + 1) ** -0.5, (s + 1) * 10 ** -1.5), // Vaswani et al. 2017, eq. 3
    ],
    [
      "sequential of several",
      sequential(
        [
          { rate: 0.3, steps: 3 },
          { rate: linear(1, { steps: 7 }), steps: 7 },
        ],
        warmUp(0.5, { steps: 5 }),
      ),
      (s) => (s < 3 ? 0.3 : s < 10 ? 1 - (s - 3) / 7 : 0.5 * Math.min((s - 9) / 5, 1)),
    ],
    ["piecewise of one", piecewise([0.2], { at: [] }), () => 0.2],
  ])("%s", (_, rate, plain) => {
    for (const step of [0, 1, 2, 3, 9, 10, 20, 50]) expect(at(rate, step)).toBeCloseTo(plain(step), 7);
  });

  it("stay where they ended", () => {
    expect(at(oneCycle(0.1, { steps: 30 }), 29)).toBeCloseTo(0.1 / 25 / 1e4, 9);
    expect(at(oneCycle(0.1, { steps: 30 }), 1000)).toBeCloseTo(0.1 / 25 / 1e4, 9);
    expect(at(cosine(0.1, { steps: 30, end: 0.02 }), 1000)).toBeCloseTo(0.02, 8);
  });
});

it("refuse what makes no sense", () => {
  expect(() => cosine(0.1, { steps: 0 })).toThrow("cosine: expected steps in [1, ∞), got 0");
  expect(() => piecewise([0.1], { at: [3] })).toThrow("expected one rate more than steps, got 1 and 1");
  expect(() => piecewise([1, 2, 3], { at: [3, 3] })).toThrow("sequential: expected steps in [1, ∞), got 0");
  expect(() => oneCycle(0.1, { steps: 3 })).toThrow("expected a rise of more than one step");
});
