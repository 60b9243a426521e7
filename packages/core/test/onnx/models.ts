/** @file Small ONNX models for the tests of the format. */
import { ndarray } from "../../src/ndarray.js";
import { IR_VERSION, OPSET_VERSION, type OnnxAttribute, type OnnxGraph, type OnnxModel } from "../../src/onnx/proto.js";

/** A model around a graph, as ours are. */
export function modelOf(graph: OnnxGraph): OnnxModel {
  return {
    irVersion: IR_VERSION,
    opsets: [{ domain: "", version: OPSET_VERSION }],
    producerName: "gen",
    producerVersion: "0.0.0",
    graph,
    metadata: {},
  };
}

export function node(op: string, inputs: string[], outputs: string[], attributes: Record<string, OnnxAttribute> = {}) {
  return { op, domain: "", name: `${op}_${outputs[0] ?? ""}`, inputs, outputs, attributes };
}

/** y = x + bias, x of any number of rows. */
export const add = modelOf({
  name: "add",
  nodes: [node("Add", ["x", "bias"], ["y"])],
  initializers: [{ name: "bias", array: ndarray([10, 20, 30]) }],
  inputs: [{ name: "x", dtype: "f32", shape: ["n", 3] }],
  outputs: [{ name: "y", dtype: "f32", shape: ["n", 3] }],
});

/** Running sums over the leading axis, by a Scan whose body reads `scale` from the graph around it. */
export const scan = modelOf({
  name: "running",
  nodes: [
    node("Scan", ["start", "xs"], ["last", "sums"], {
      num_scan_inputs: { type: "int", value: 1 },
      body: {
        type: "graph",
        value: {
          name: "body",
          nodes: [
            node("Mul", ["x", "scale"], ["scaled"]),
            node("Add", ["sum", "scaled"], ["next"]),
            node("Identity", ["next"], ["out"]),
          ],
          initializers: [],
          inputs: [
            { name: "sum", dtype: "f32", shape: [2] },
            { name: "x", dtype: "f32", shape: [2] },
          ],
          outputs: [
            { name: "next", dtype: "f32", shape: [2] },
            { name: "out", dtype: "f32", shape: [2] },
          ],
        },
      },
    }),
  ],
  initializers: [
    { name: "start", array: ndarray([0, 100]) },
    { name: "scale", array: ndarray([2], []) },
  ],
  inputs: [{ name: "xs", dtype: "f32", shape: ["t", 2] }],
  outputs: [
    { name: "last", dtype: "f32", shape: [2] },
    { name: "sums", dtype: "f32", shape: ["t", 2] },
  ],
});

/** Every kind of attribute, every element type, odd names; not for running. */
export const everything: OnnxModel = {
  ...modelOf({
    name: "everything",
    docString: "Grüße, 世界 🎈",
    nodes: [
      {
        ...node("Odd", ["x", "", "y"], ["z", ""], {
          int: { type: "int", value: -1 },
          zero: { type: "int", value: 0 },
          wide: { type: "int", value: -(2n ** 63n) },
          ints: { type: "ints", value: [0, -1, 127, 128, 2 ** 31, -(2 ** 53) + 1] },
          none: { type: "ints", value: [] },
          float: { type: "float", value: 0.5 },
          floats: { type: "floats", value: [-0, Infinity, 1.5, -1e-45 as number].map(Math.fround) },
          string: { type: "string", value: "" },
          strings: { type: "strings", value: ["a", "", "é"] },
          tensor: { type: "tensor", value: ndarray([1n, -1n], [2, 1], "i64") },
          graph: { type: "graph", value: scan.graph },
          ["__proto__"]: { type: "int", value: 7 },
        }),
        domain: "com.example",
      },
    ],
    initializers: [
      { name: "f32", array: ndarray([1, -2.5, NaN]) },
      { name: "f64", array: ndarray([Math.PI], [], "f64") },
      { name: "f16", array: ndarray([0x3c00, 0x7e00], [2], "f16") },
      { name: "i32", array: ndarray([-(2 ** 31), 2 ** 31 - 1], [1, 2], "i32") },
      { name: "i64", array: ndarray([-(2n ** 63n), 2n ** 63n - 1n], [2], "i64") },
      { name: "u32", array: ndarray([2 ** 32 - 1], [1], "u32") },
      { name: "u64", array: ndarray([2n ** 64n - 1n], [1], "u64") },
      { name: "u8", array: ndarray([0, 255], [2], "u8") },
      { name: "bool", array: ndarray([true, false], [2], "bool") },
      { name: "empty", array: ndarray([], [0, 4]) },
      {
        name: "big",
        array: ndarray(
          Float32Array.from({ length: 3000 }, (_, i) => i),
          [30, 100],
        ),
      },
    ],
    inputs: [
      { name: "x", dtype: "f32", shape: ["n", 0, "", 2 ** 40] },
      { name: "seed", dtype: "i64", shape: [] },
    ],
    outputs: [{ name: "z", dtype: "bool", shape: [1] }],
  }),
  opsets: [
    { domain: "", version: OPSET_VERSION },
    { domain: "com.example", version: 1 },
  ],
  metadata: { family: "flow", ["__proto__"]: "harmless", "": "empty" },
};
