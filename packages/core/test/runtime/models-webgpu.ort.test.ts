/** @file A layer of each kind and two optimizers; the others are in the slow tests. */
import { nodeBackend } from "../../src/node.js";
import { describeModels, describeSteps } from "../../src/testing/conformance-models.js";
import { layerCases } from "../nn/layer-cases.js";
import { stepWith } from "../optim/problem.js";
import { runs } from "../optim/runs.js";
import { runner } from "./runner.js";
import { FEW_LAYERS, missing } from "./webgpu.js";

const run = runner(() => nodeBackend({ device: "webgpu" }));

describeModels("WebGPU in Node", run, {
  models: Object.fromEntries(FEW_LAYERS.map((name) => [name, layerCases[name]!])),
  missing,
});
describeSteps("WebGPU in Node", run, { steps: { adamw: () => stepWith(runs.adamw) }, missing });
