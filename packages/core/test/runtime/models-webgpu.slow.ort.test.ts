import { nodeBackend } from "../../src/node.js";
import { describeModels, describeSteps } from "../../src/testing/conformance-models.js";
import { describeRandomGraphs } from "../../src/testing/conformance.js";
import { functionCases } from "../nn/function-cases.js";
import { layerCases } from "../nn/layer-cases.js";
import { stepWith } from "../optim/problem.js";
import { runs } from "../optim/runs.js";
import { runner } from "./runner.js";
import { FEW_LAYERS, missing } from "./webgpu.js";
import { has64BitReals } from "./webgpu-cases.js";

const run = runner(() => nodeBackend({ device: "webgpu" }));

describeModels("WebGPU in Node", run, {
  models: {
    ...Object.fromEntries(Object.entries(layerCases).filter(([name]) => !FEW_LAYERS.includes(name))),
    ...functionCases,
  },
  missing,
});
describeSteps("WebGPU in Node", run, {
  steps: Object.fromEntries(Object.entries(runs).map(([name, optimizer]) => [name, () => stepWith(optimizer)])),
  missing,
});
describeRandomGraphs("WebGPU in Node", run, { count: 30, skip: (graph) => missing ?? has64BitReals(graph) });
