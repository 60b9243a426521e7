import { describe, expect, it } from "vitest";
import { accumulate } from "../../src/optim/accumulate.js";
import { adam, adamw } from "../../src/optim/adam.js";
import { ema, swa, type Average } from "../../src/optim/average.js";
import { clampParameters, clipByGlobalNorm, clipByNorm, clipByValue, frozen } from "../../src/optim/links.js";
import { lion } from "../../src/optim/lion.js";
import { lookahead } from "../../src/optim/lookahead.js";
import { groups } from "../../src/optim/group.js";
import { chain } from "../../src/optim/optimizer.js";
import { rmsprop } from "../../src/optim/rmsprop.js";
import { linear } from "../../src/optim/schedule.js";
import { sgd } from "../../src/optim/sgd.js";
import fixture from "./fixtures/torch.json" with { type: "json" };
import { expectNear, gradientAt, numbersIn, plainTrajectory, START, trajectory } from "./problem.js";
import { runs } from "./runs.js";

const STEPS = 25;
describe("PyTorch's trajectories", () => {
  it.each(Object.entries(runs))("%s", (name, optimizer) => {
    const { rows } = trajectory(optimizer, fixture.steps);
    const wanted = fixture.runs[name as keyof typeof runs];
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

  it("Lion, algorithm 2 of arXiv:2302.06675", () => {
    const [alpha, beta1, beta2, lambda] = [0.01, 0.9, 0.99, 0.3];
    const plain = plainTrajectory(STEPS, () => {
      let m = 0;
      return (g, theta) => {
        const u = beta1 * m + (1 - beta1) * g;
        m = beta2 * m + (1 - beta2) * g;
        return alpha * (Math.sign(u) + lambda * theta);
      };
    });
    const { rows } = trajectory(lion({ learningRate: alpha, weightDecay: lambda }), STEPS);
    rows.forEach((row, i) => expectNear(row, plain[i]!));
    const still = trajectory(chain(clipByValue(0), lion({ learningRate: alpha })), 3).rows;
    still.forEach((row) => expectNear(row, [...START.w, ...START.u]));
  });

  it("Lookahead, algorithm 1 of arXiv:1907.08610", () => {
    let slow = [...START.w, ...START.u];
    let fast = slow;
    const plain = Array.from({ length: STEPS }, (_, t) => {
      const g = gradientAt(fast);
      fast = fast.map((x, i) => x - 0.05 * g[i]!);
      if ((t + 1) % 4 === 0) fast = slow = slow.map((x, i) => x + 0.3 * (fast[i]! - x));
      return fast;
    });
    const { rows } = trajectory(lookahead(sgd({ learningRate: 0.05 }), { every: 4, share: 0.3 }), STEPS);
    rows.forEach((row, i) => expectNear(row, plain[i]!));
  });
});

describe("averages", () => {
  const endOf = (prefix: string, average: Average): number[] => {
    const { store } = trajectory(sgd({ learningRate: 0.03 }), fixture.steps, average);
    return [...numbersIn(store, `${prefix}.w`), ...numbersIn(store, `${prefix}.u`)];
  };
  it("equal PyTorch's", () => {
    expectNear(endOf("ema", ema({ decay: 0.6, start: "none" })), fixture.averages.ema);
    expectNear(endOf("swa", swa({ from: 0 })), fixture.averages.swa);
  });

  const rows = trajectory(sgd({ learningRate: 0.03 }), STEPS).rows;
  it("warm up", () => {
    let average = rows[0]!;
    rows.slice(1).forEach((row, i) => {
      const d = Math.min(0.6, (2 + i) / (11 + i));
      average = average.map((a, k) => a + (1 - d) * (row[k]! - a));
    });
    expectNear(endOf("ema", ema({ decay: 0.6 })), average);
  });
  it("divide by 1 − dᵗ, as Adam does for its moments", () => {
    const d = 0.95;
    const biased = rows.reduce((a, row) => a.map((v, k) => d * v + (1 - d) * row[k]!), new Array<number>(6).fill(0));
    const unbiased = biased.map((v) => v / (1 - d ** STEPS));
    expectNear(endOf("ema", ema({ decay: d, start: "unbiased" })), unbiased);
  });
  it("take every third from a step on", () => {
    const taken = rows.filter((_, n) => n >= 7 && (n - 7) % 3 === 0);
    const mean = taken[0]!.map((_, k) => taken.reduce((sum, row) => sum + row[k]!, 0) / taken.length);
    expect(taken).toHaveLength(6);
    expectNear(endOf("swa", swa({ from: 7, every: 3 })), mean);
    expectNear(endOf("swa", swa({ from: 40 })), rows.at(-1)!);
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

  it("clipByNorm shrinks each parameter's gradient alone", () => {
    const start = [...START.w, ...START.u];
    const [row] = trajectory(chain(clipByNorm(2), sgd({ learningRate: 1 })), 1).rows;
    const g = gradientAt(start);
    const parts = [g.slice(0, 4), g.slice(4)].map((part) => {
      const norm = Math.hypot(...part);
      return part.map((x) => (norm > 2 ? (x * 2) / norm : x));
    });
    expect(Math.hypot(...g.slice(4))).toBeLessThan(2);
    expectNear(
      row!,
      start.map((x, i) => x - parts.flat()[i]!),
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
    expect([...halved.store.keys()].filter((name) => name.includes(".b."))).toEqual([
      "optimizer.0.b.$joined.0",
      "optimizer.1.b.$joined.0",
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
    const still = groups([
      { match: (_, p) => p.size === 2, optimizer: frozen() },
      { match: () => true, optimizer: adam({ learningRate: 0.05 }) },
    ]);
    trajectory(still, 5).rows.forEach((row, i) => expectNear(row, [...alone[i]!.slice(0, 4), ...START.u]));
    expect(() => trajectory(groups([{ match: (name) => name === "w", optimizer: adam() }]), 1)).toThrow('none for "u"');
    const idle = { match: (name: string) => name === "v", optimizer: adam() };
    expect(() => trajectory(groups([idle, { match: () => true, optimizer: adam() }]), 1)).toThrow("none for group 0");
  });

  it("accumulate steps once in so many runs, along the mean", () => {
    const { rows } = trajectory(accumulate(3, adam({ learningRate: 0.05 })), 9);
    const alone = trajectory(adam({ learningRate: 0.05 }), 3).rows; // the same gradient three times has itself as mean
    const start = [...START.w, ...START.u];
    rows.forEach((row, i) => expectNear(row, i < 2 ? start : alone[Math.floor((i - 2) / 3)]!));
  });
});

it("refuses what makes no sense, by name", () => {
  const wrong: [() => unknown, string][] = [
    [() => adam({ beta1: 1 }), "adam: expected beta1 in [0, 1), got 1"],
    [() => adamw({ learningRate: -1 }), "adam: expected learningRate in [0, ∞), got -1"],
    [() => adam({ weightDecay: NaN }), "adam: expected weightDecay in [0, ∞), got NaN"],
    [() => sgd({ learningRate: 1, nesterov: true }), "sgd: expected momentum for dampening or for nesterov"],
    [() => sgd({ learningRate: 1, dampening: 0.5 }), "sgd: expected momentum for dampening or for nesterov"],
    [() => rmsprop({ decay: 1 }), "rmsprop: expected decay in [0, 1), got 1"],
    [() => lion({ beta2: -0.1 }), "lion: expected beta2 in [0, 1), got -0.1"],
    [() => clipByGlobalNorm(0), "clipByGlobalNorm: expected a limit above 0, got 0"],
    [() => accumulate(1.5, adam()), "accumulate: expected a whole number of batches ≥ 1, got 1.5"],
    [() => lookahead(adam(), { share: 0 }), "lookahead: expected a share in (0, 1], got 0"],
    [() => ema({ decay: 1 }), "ema: expected decay in [0, 1), got 1"],
    [() => swa({ from: 0, every: 0 }), "swa: expected every in [1, ∞), got 0"],
  ];
  for (const [make, message] of wrong) expect(make).toThrow(message);
});
