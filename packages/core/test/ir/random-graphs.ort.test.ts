import { lower } from "../../src/onnx/lower.js";
import { describeRandomGraphs } from "../../src/testing/conformance.js";
import { runModel } from "../onnx/check.js";
for (const target of ["portable", "cpu"] as const) {
  describeRandomGraphs(`onnxruntime (${target})`, (graph, inputs) => runModel(lower(graph, { target }), inputs));
}
