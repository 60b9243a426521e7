/** @file Runs graphs in onnxruntime's CPU provider and compares the results with `evaluate`. */
import * as ort from "onnxruntime-node";
import { expect } from "vitest";
import { isReal, type DType } from "../../src/dtype.js";
import { evaluate } from "../../src/ir/evaluate.js";
import { Graph } from "../../src/ir/graph.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { lower, type LowerOptions } from "../../src/onnx/lower.js";
import { encodeModel, type OnnxModel, type OnnxNode } from "../../src/onnx/proto.js";
import type { Target } from "../../src/onnx/target.js";
import { plainOf, typeName } from "../../src/runtime/serve.mjs";
import { sizeOf, type Shape } from "../../src/shape.js";
import { feed } from "../../src/tensor/inputs.js";
import { type Tensor } from "../../src/tensor/tensor.js";

/** A graph from inputs (by name) and a function of them. */
export function graphOf(inputs: Readonly<Record<string, Tensor>>, outputs: Readonly<Record<string, Tensor>>): Graph {
  const ports = (tensors: Readonly<Record<string, Tensor>>) =>
    Object.entries(tensors).map(([name, { node }]) => ({ name, node }));
  return new Graph({ inputs: ports(inputs), outputs: ports(outputs) });
}

/** A file's outputs, by name. Graph optimisations are off: what is run is what was written. */
export async function runModel(
  model: OnnxModel,
  feeds: Readonly<Record<string, NdArray>>,
): Promise<Record<string, NdArray>> {
  const session = await ort.InferenceSession.create(encodeModel(model), {
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 3,
  });
  const given = Object.entries(feeds).map(([name, { dtype, data, shape }]) => [
    name,
    new ort.Tensor(typeName(dtype), data as never, [...shape]),
  ]);
  const results = await session.run(Object.fromEntries(given) as Record<string, ort.Tensor>);
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => {
      const plain = plainOf(tensor);
      return [name, ndarray(plain.data as never, plain.shape, plain.dtype as DType)];
    }),
  );
}

export interface CheckOptions extends LowerOptions {
  readonly rtol?: number;
  readonly atol?: number;
}

/** Do onnxruntime and `evaluate` agree on a graph? Gives the model, for a closer look. */
export async function check(
  graph: Graph,
  feeds: Readonly<Record<string, NdArray>>,
  { rtol = 1e-5, atol = 1e-5, ...options }: CheckOptions = {},
): Promise<OnnxModel> {
  const model = lower(graph, options);
  const baked = Object.keys(options.weights ?? {});
  const got = await runModel(
    model,
    Object.fromEntries(Object.entries(feeds).filter(([name]) => !baked.includes(name))),
  );
  const wanted = evaluate(graph, { ...feeds, ...options.weights });
  for (const { name, node } of graph.outputs) {
    const type = node.types[0]!;
    expect(got[name]!.dtype, name).toBe(type.dtype);
    expect(got[name]!.shape, name).toEqual([...type.shape]);
    expectClose(got[name]!, wanted[name]!, { name, rtol, atol });
  }
  return model;
}

export function expectClose(got: NdArray, wanted: NdArray, { name = "", rtol = 1e-5, atol = 1e-5 } = {}): void {
  expect(got.data.length, name).toBe(wanted.data.length);
  for (let i = 0; i < got.data.length; i++) {
    const [a, b] = [got.data[i]!, wanted.data[i]!];
    const close = isReal(got.dtype)
      ? Object.is(Number(a), Number(b)) || Math.abs(Number(a) - Number(b)) <= atol + rtol * Math.abs(Number(b))
      : a === b;
    if (!close) expect.fail(`${name}[${i}]: expected ${b}, got ${a}`);
  }
}

/** Checks a function of one to three arrays for one target, or for each. */
export async function checkOp(
  arrays: readonly NdArray[],
  f: (...xs: Tensor[]) => Tensor,
  targets: readonly Target[] = ["portable", "cpu"],
): Promise<void> {
  const xs = arrays.map(({ shape, dtype }) => feed(shape, dtype));
  const named = Object.fromEntries(xs.map((x, i) => [`x${i}`, x]));
  const graph = graphOf(named, { y: f(...xs) });
  for (const target of targets)
    await check(graph, Object.fromEntries(arrays.map((array, i) => [`x${i}`, array])), { target });
}

/** Numbers that look random, the same at each run: reals in (−2, 2), whole numbers of both signs where there are any. */
export function numbers(shape: Shape, dtype: DType = "f32", seed = 1): NdArray {
  let x = seed * 7919 + 13;
  const values = Array.from({ length: sizeOf(shape) }, () => {
    x = (x * 1103515245 + 12345) % 2147483648;
    const u = x / 2147483648;
    if (isReal(dtype)) return u * 4 - 2;
    if (dtype === "bool") return u < 0.5 ? 1 : 0;
    return Math.floor(u * 20) - (dtype.startsWith("u") ? 0 : 10);
  });
  return ndarray(values, shape, dtype);
}

/** What a file does, one line for each node: outputs = op(inputs) attributes. Loops show their bodies indented. */
export function listing(model: OnnxModel): string {
  const lines = (nodes: readonly OnnxNode[], indent: string): string[] =>
    nodes.flatMap(({ op, domain, inputs, outputs, attributes }) => {
      const bodies = Object.values(attributes).flatMap((a) =>
        a.type === "graph" ? lines(a.value.nodes, `${indent}  `) : [],
      );
      const shown = Object.entries(attributes).flatMap(([name, a]) =>
        a.type === "graph" || a.type === "tensor" ? [] : [`${name}=${String(a.value)}`],
      );
      const attrs = shown.length > 0 ? ` {${shown.join(" ")}}` : "";
      return [
        `${indent}${outputs.join(", ")} = ${domain === "" ? "" : `${domain}.`}${op}(${inputs.join(", ")})${attrs}`,
        ...bodies,
      ];
    });
  return lines(model.graph.nodes, "").join("\n");
}
