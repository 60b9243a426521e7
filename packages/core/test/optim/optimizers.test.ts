import { describe, expect, it } from "vitest";
import { accumulate } from "../../src/optim/accumulate.js";
import { adam } from "../../src/optim/adam.js";
import { ema } from "../../src/optim/average.js";
import { clampParameters, clipByGlobalNorm, clipByValue } from "../../src/optim/clip.js";
import { groups } from "../../src/optim/group.js";
import { chain, type Optimizer } from "../../src/optim/optimizer.js";
import { rmsprop } from "../../src/optim/rmsprop.js";
import { cosine, exponentialDecay, linear, rateAt, warmUp, type Rate } from "../../src/optim/schedule.js";
import { sgd } from "../../src/optim/sgd.js";
import { scalar } from "../../src/tensor/tensor.js";
import { valuesOf } from "../../src/testing/run-reference.js";
import fixture from "./fixtures/torch.json" with { type: "json" };
import { gradientAt, numbersIn, plainTrajectory, START, trajectory } from "./problem.js";

const STEPS = 25;
const TOLERANCE = 2e-5; // coefficients in the graph are f32

function expectNear(got: readonly number[], wanted: readonly number[]): void {
  got.forEach((x, i) => {
    if (!(Math.abs(x - wanted[i]!) <= TOLERANCE * (1 + Math.abs(wanted[i]!))))
      expect.fail(`[${i}]: expected ${wanted[i]!}, got ${x}`);
  });
  expect(got).toHaveLength(wanted.length);
}

describe("PyTorch's trajectories", () => {
  const ours: Record<keyof typeof fixture.runs, Optimizer> = {
    sgd: sgd({ learningRate: 0.05 }),
    momentum: sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 }),
    nesterov: sgd({ learningRate: 0.05, momentum: 0.8, nesterov: true }),
    adam: adam({ learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }),
    adamw: adam({ learningRate: 0.05, weightDecay: 0.2 }),
    rmsprop: rmsprop({ learningRate: 0.05, decay: 0.9 }),
    "rmsprop, centered with momentum": rmsprop({
      learningRate: 0.01,
      decay: 0.9,
      epsilon: 1e-3,
      momentum: 0.5,
      centered: true,
    }),
    clipped: chain(clipByGlobalNorm(1.5), sgd({ learningRate: 0.05, momentum: 0.9 })),
  };
  it.each(Object.entries(ours))("%s", (name, optimizer) => {
    const { rows } = trajectory(optimizer, fixture.steps);
    const wanted = fixture.runs[name as keyof typeof ours];
    [...rows.slice(0, 3), rows.at(-1)!].forEach((row, i) => expectNear(row, wanted[i]!));
  });
});

describe("the papers' equations", () => {
  it("Adam, algorithm 1 of arXiv:1412.6980", () => {
    const [alpha, beta1, beta2, epsilon] = [0.02, 0.9, 0.999, 1e-8];
    const plain = plainTrajectory(STEPS, () => {
      let [m, v] = [0, 0];
      return (g, _, t) => {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        return (alpha * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
      };
    });
    trajectory(adam({ learningRate: alpha }), STEPS).rows.forEach((row, i) => expectNear(row, plain[i]!));
  });

  it("Adam with a first moment that forgets at once", () => {
    const plain = plainTrajectory(STEPS, () => {
      let v = 0;
      return (g, _, t) => {
        v = 0.9 * v + 0.1 * g * g;
        return (0.02 * g) / (Math.sqrt(v / (1 - 0.9 ** t)) + 1e-8);
      };
    });
    trajectory(adam({ learningRate: 0.02, beta1: 0, beta2: 0.9 }), STEPS).rows.forEach((row, i) =>
      expectNear(row, plain[i]!),
    );
  });

  it("Adam follows a schedule, and stands still where the rate is 0", () => {
    const rate = (t: number): number => 0.05 * (1 - Math.min((t - 1) / 10, 1));
    const plain = plainTrajectory(STEPS, () => {
      let [m, v] = [0, 0];
      return (g, theta, t) => {
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        return rate(t) * (m / (1 - 0.9 ** t) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8) + 0.1 * theta);
      };
    });
    const { rows } = trajectory(adam({ learningRate: linear(0.05, { steps: 10 }), weightDecay: 0.1 }), STEPS);
    rows.forEach((row, i) => expectNear(row, plain[i]!));
    expectNear(rows[24]!, rows[10]!);
  });

  it("Adam leaves alone what has no gradient, at rate 0 too", () => {
    const still = trajectory(chain(clipByValue(0), adam({ learningRate: linear(0.1, { steps: 1 }) })), 3).rows;
    still.forEach((row) => expectNear(row, [...START.w, ...START.u]));
  });

  it("momentum", () => {
    const plain = plainTrajectory(STEPS, () => {
      let b = 0;
      return (g) => 0.03 * (b = 0.9 * b + g);
    });
    trajectory(sgd({ learningRate: 0.03, momentum: 0.9 }), STEPS).rows.forEach((row, i) => expectNear(row, plain[i]!));
  });

  it("the moving average, with its warm-up", () => {
    const { rows, store } = trajectory(sgd({ learningRate: 0.03 }), STEPS, ema({ decay: 0.6 }));
    let average = rows[0]!;
    rows.slice(1).forEach((row, i) => {
      const d = Math.min(0.6, (2 + i) / (11 + i));
      average = average.map((a, k) => a + (1 - d) * (row[k]! - a));
    });
    expectNear([...numbersIn(store, "ema.w"), ...numbersIn(store, "ema.u")], average);
  });
});

describe("links", () => {
  it("clipByGlobalNorm shrinks only what is too long, in its direction", () => {
    const g = gradientAt([...START.w, ...START.u]);
    const norm = Math.hypot(...g);
    const stepOf = (limit: number): number[] => {
      const [row] = trajectory(chain(clipByGlobalNorm(limit), sgd({ learningRate: 1 })), 1).rows;
      return row!.map((x, i) => [...START.w, ...START.u][i]! - x);
    };
    expectNear(stepOf(norm * 1.01), g);
    expectNear(
      stepOf(norm / 4),
      g.map((x) => x / 4),
    );
  });

  it("clipByValue cuts each element", () => {
    const [row] = trajectory(chain(clipByValue(0.5), sgd({ learningRate: 1 })), 1).rows;
    const g = gradientAt([...START.w, ...START.u]).map((x) => Math.max(-0.5, Math.min(0.5, x)));
    expectNear(
      row!,
      [...START.w, ...START.u].map((x, i) => x - g[i]!),
    );
  });

  it("clampParameters holds them in a box", () => {
    const { rows } = trajectory(chain(sgd({ learningRate: 0.1 }), clampParameters(0.3)), 5);
    for (const x of rows.flat()) expect(Math.abs(x)).toBeLessThanOrEqual(0.3 + 1e-7);
    expect(rows.at(-1)).toContainEqual(expect.closeTo(-0.3, 6));
  });

  it("a chain keeps the states of its links apart", () => {
    const halved = trajectory(
      chain(sgd({ learningRate: 0.5, momentum: 0.5 }), sgd({ learningRate: 0.1, momentum: 0.5 })),
      3,
    );
    expect([...halved.store.keys()].filter((name) => name.includes("b.w"))).toEqual([
      "optimizer.0.b.w",
      "optimizer.1.b.w",
    ]);
  });

  it("groups give each parameter its optimizer", () => {
    const mixed = groups([
      { match: (name) => name === "u", optimizer: sgd({ learningRate: 0 }) },
      { match: () => true, optimizer: adam({ learningRate: 0.05 }) },
    ]);
    const { rows } = trajectory(mixed, 5);
    const alone = trajectory(adam({ learningRate: 0.05 }), 5).rows;
    rows.forEach((row, i) => expectNear(row, [...alone[i]!.slice(0, 4), ...START.u]));
    expect(() => trajectory(groups([{ match: (name) => name === "w", optimizer: adam() }]), 1)).toThrow('none for "u"');
  });

  it("accumulate steps once in so many runs, along the mean", () => {
    const { rows } = trajectory(accumulate(3, adam({ learningRate: 0.05 })), 9);
    const alone = trajectory(adam({ learningRate: 0.05 }), 3).rows; // the same gradient three times has itself as mean
    const start = [...START.w, ...START.u];
    rows.forEach((row, i) => expectNear(row, i < 2 ? start : alone[Math.floor((i - 2) / 3)]!));
  });
});

describe("schedules", () => {
  const at = (rate: Rate, step: number): number =>
    Number(valuesOf([rateAt(rate, scalar(step, "i32"), "f32")])[0]!.data[0]);
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
  ])("%s", (_, rate, plain) => {
    for (const step of [0, 1, 3, 10, 20, 50]) expect(at(rate, step)).toBeCloseTo(plain(step), 7);
  });
});
