import { describe } from "vitest";
import { consistency, dense, featureMatching, Gan, leCam, pathLength, r1, type GanOptions } from "../src/index.js";
import { describeGan } from "./laws.js";

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
  describeGan("several, and augmented", tiny({ penalties: [r1(), leCam(), pathLength()], augment }));
});
