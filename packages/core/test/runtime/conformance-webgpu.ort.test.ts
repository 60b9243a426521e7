import { nodeBackend } from "../../src/node.js";
import { describeConformance, describeRandomGraphs } from "../../src/testing/conformance.js";
import { runner } from "./runner.js";
import { missing } from "./webgpu.js";
import { divides, has64BitReals } from "./webgpu-cases.js";

const run = runner(() => nodeBackend({ device: "webgpu" }));

describeConformance("WebGPU in Node", run, {
  provider: "webgpu",
  bundled: true,
  skip: (op, given) =>
    missing ?? (given.special ? "WebGPU promises nothing about NaN and infinities" : divides(op, given)),
});
describeRandomGraphs("WebGPU in Node", run, { count: 3, skip: (graph) => missing ?? has64BitReals(graph) });
