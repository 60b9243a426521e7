import { describe } from "vitest";
import {
  began,
  dense,
  dragan,
  energyBased,
  Gan,
  gradientPenalty,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  r1,
  r2,
  relativistic,
  wasserstein,
  type GanOptions,
} from "../src/index.js";
import { describeGan } from "./laws.js";

const architecture = dense({ hidden: [5, 4], activation: "tanh", discriminatorActivation: "tanh" });
const tiny =
  (options: Partial<GanOptions>, idle: readonly string[] = []) =>
  () => ({ idle, gan: new Gan({ shape: [3], latentDim: 2, architecture, ...options }) });

/** It moves all scores alike, which these losses do not see. */
const bias = ["net.head.bias"];

describe("each loss", () => {
  describeGan("minimax", tiny({ loss: minimax({ realLabel: 0.9 }) }));
  describeGan("non-saturating", tiny({ loss: nonSaturating() }));
  describeGan("least squares", tiny({ loss: leastSquares() }));
  describeGan("hinge", tiny({ loss: hinge() }, bias));
  describeGan(
    "Wasserstein, with a gradient penalty",
    tiny({ loss: wasserstein(), penalties: [gradientPenalty()] }, bias),
  );
  describeGan("relativistic, averaged", tiny({ loss: relativistic() }, bias));
  describeGan("relativistic, one against one", tiny({ loss: relativistic({ average: false }) }, bias));
  describeGan("energy-based", tiny({ loss: energyBased({ margin: 2 }) }, bias));
  describeGan("BEGAN", tiny({ loss: began({ rate: 0.1 }) }));
});

describe("each penalty on slopes", () => {
  describeGan("DRAGAN", tiny({ penalties: [dragan()] }));
  describeGan("R1", tiny({ penalties: [r1()] }));
  describeGan("R2", tiny({ penalties: [r2({ weight: 3 })] }));
  describeGan("one-sided", tiny({ penalties: [gradientPenalty({ oneSided: true, target: 0.1 })] }));
});
