import { nodeBackend } from "../../src/node.js";
import { describeModels } from "../../src/testing/conformance-models.js";
import { runner } from "../runtime/runner.js";
import { functionCases } from "./function-cases.js";
import { layerCases } from "./layer-cases.js";

describeModels(
  "the CPU provider",
  runner(() => nodeBackend({ device: "cpu" })),
  { models: { ...layerCases, ...functionCases } },
);
