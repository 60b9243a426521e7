import { lower } from "../../src/onnx/lower.js";
import { describeConformance } from "../../src/testing/conformance.js";
import { runModel } from "./check.js";

for (const target of ["portable", "cpu"] as const) {
  describeConformance(`onnxruntime (${target})`, (graph, inputs) => runModel(lower(graph, { target }), inputs), {
    provider: "cpu",
  });
}
