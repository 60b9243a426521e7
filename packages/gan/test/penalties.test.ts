import { key } from "@gen/core";
import { linear, sgd } from "@gen/core/optim";
import { runReference } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  consistency,
  dense,
  dragan,
  featureMatching,
  Gan,
  gradientPenalty,
  leCam,
  pathLength,
  playerStep,
  r1,
  scheduled,
  type GanOptions,
} from "../src/index.js";
import { describeGan, rowsOf, startOf } from "./laws.js";

const architecture = dense({ hidden: [5, 4], activation: "tanh", discriminatorActivation: "tanh" });
const tiny = (options: Partial<GanOptions>) => () => ({
  gan: new Gan({ shape: [3], latentDim: 2, architecture, ...options }),
});
const augment: NonNullable<GanOptions["augment"]> = (x) => x.mul(0.9).add(0.1);

describe("each penalty", () => {
  describeGan("consistency", tiny({ penalties: [consistency({ augment })] }));
  describeGan("balanced consistency", tiny({ penalties: [consistency({ augment, balanced: true })] }));
  describeGan("LeCam", tiny({ penalties: [leCam({ weight: 2 })] }));
  describeGan("feature matching", tiny({ penalties: [featureMatching({ weight: 3 })] }));
  describeGan("path lengths", tiny({ penalties: [pathLength()] }));
  describeGan("a schedule of one", tiny({ penalties: [scheduled(leCam(), linear(2, { steps: 4, end: 1 }))] }));
  describeGan("several, and augmented", tiny({ penalties: [r1(), leCam(), pathLength()], augment }));
});

it("a slope to have is no negative one", () => {
  expect(() => gradientPenalty({ target: -1 })).toThrow("gradientPenalty: expected target ≥ 0, got -1");
  expect(() => dragan({ target: NaN })).toThrow("dragan: expected target ≥ 0, got NaN");
});

describe("a schedule", () => {
  it("weighs the penalty by how often its player has moved", () => {
    const { gan } = tiny({ penalties: [scheduled(r1({ weight: 1 }), linear(1, { steps: 2, end: 0 }))] })();
    const still = sgd({ learningRate: 0 });
    const optimizers = { discriminator: still, generator: still };
    const step = playerStep(gan, { side: "discriminator", batch: 3, optimizers });
    const store = startOf(gan, 3);
    const costs = [0, 1, 2, 3].map(() => {
      const { penalty } = runReference(step, { store, key: key(1), feeds: rowsOf(gan, 3) });
      return Number(penalty!.data[0]);
    });
    expect(costs[0]).toBeGreaterThan(0);
    expect(costs[1]).toBeCloseTo(costs[0]! / 2, 12);
    expect(costs.slice(2)).toEqual([0, 0]);
  });
});
