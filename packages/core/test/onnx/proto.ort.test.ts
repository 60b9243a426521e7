import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import { decodeModel } from "../../src/onnx/proto-decode.js";
import { encodeModel, type OnnxModel } from "../../src/onnx/proto.js";
import { add, modelOf, node, scan } from "./models.js";

/** Runs a model on ONNX Runtime's CPU provider. */
async function run(model: OnnxModel | Uint8Array, feeds: Record<string, ort.Tensor>) {
  const bytes = model instanceof Uint8Array ? model : encodeModel(model);
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: "disabled" });
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

it("runs an addition with a symbolic axis", async () => {
  const { y } = await run(add, { x: new ort.Tensor("float32", [1, 2, 3, 4, 5, 6], [2, 3]) });
  expect(y!.dims).toEqual([2, 3]);
  expect([...(y!.data as Float32Array)]).toEqual([11, 22, 33, 14, 25, 36]);
});

it("runs a graph within a graph", async () => {
  const { last, sums } = await run(scan, { xs: new ort.Tensor("float32", [1, 2, 3, 4, 5, 6], [3, 2]) });
  expect([...(sums!.data as Float32Array)]).toEqual([2, 104, 8, 112, 18, 124]);
  expect([...(last!.data as Float32Array)]).toEqual([18, 124]);
});

it("runs what was decoded and encoded again", async () => {
  const again = encodeModel(decodeModel(encodeModel(scan), { file: "scan.onnx" }));
  expect(again).toEqual(encodeModel(scan));
  const { last } = await run(again, { xs: new ort.Tensor("float32", [1, 1], [1, 2]) });
  expect([...(last!.data as Float32Array)]).toEqual([2, 102]);
});

it("gives initializers of every element type as they were", async () => {
  const arrays = {
    f32: ndarray([1.5, -0], [2], "f32"),
    f64: ndarray([Math.PI, -1e300], [2], "f64"),
    i32: ndarray([-(2 ** 31), 5], [2], "i32"),
    i64: ndarray([-(2n ** 63n), 2n ** 62n], [2], "i64"),
    u8: ndarray([0, 255], [2], "u8"),
    u32: ndarray([2 ** 32 - 1, 1], [2], "u32"),
    u64: ndarray([2n ** 64n - 1n, 1n], [2], "u64"),
    bool: ndarray([true, false], [2], "bool"),
    f16: ndarray([0x3c00, 0xfbff], [2], "f16"),
  };
  const names = Object.keys(arrays) as (keyof typeof arrays)[];
  const outputs = await run(
    modelOf({
      name: "constants",
      nodes: names.map((name) => node("Identity", [`${name}_in`], [name])),
      initializers: names.map((name) => ({ name: `${name}_in`, array: arrays[name] })),
      inputs: [],
      outputs: names.map((name) => ({ name, dtype: name, shape: [2] })),
    }),
    {},
  );
  for (const name of names)
    expect(new Uint8Array((outputs[name]!.data as Uint8Array).buffer.slice(0)), name).toEqual(
      new Uint8Array(arrays[name].data.buffer),
    );
});

it("takes its attributes from the bytes: transposition, a constant tensor, a cast", async () => {
  const { y } = await run(
    modelOf({
      name: "attributes",
      nodes: [
        node("Constant", [], ["c"], { value: { type: "tensor", value: ndarray([1, 2, 3, 4, 5, 6], [2, 3]) } }),
        node("Transpose", ["c"], ["t"], { perm: { type: "ints", value: [1, 0] } }),
        node("LeakyRelu", ["t"], ["r"], { alpha: { type: "float", value: 0.5 } }),
        node("ReduceSum", ["r", "axes"], ["s"], { keepdims: { type: "int", value: 0 } }),
        node("Cast", ["s"], ["y"], { to: { type: "int", value: 7 } }),
      ],
      initializers: [{ name: "axes", array: ndarray([-1n], [1], "i64") }],
      inputs: [],
      outputs: [{ name: "y", dtype: "i64", shape: [3] }],
    }),
    {},
  );
  expect([...(y!.data as BigInt64Array)]).toEqual([5n, 7n, 9n]);
});
