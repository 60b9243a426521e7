import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/ir/evaluate.js";
import type { Graph } from "../../src/ir/graph.js";
import { constantInit } from "../../src/ir/initializer.js";
import { ndarray } from "../../src/ndarray.js";
import { importModel } from "../../src/onnx/import.js";
import { lower } from "../../src/onnx/lower.js";
import { encodeModel, type OnnxModel } from "../../src/onnx/proto.js";
import type { Sizes } from "../../src/onnx/size.js";
import { exportModel } from "../../src/onnx/symbolic.js";
import { primitiveCases } from "../../src/testing/primitive-cases.js";
import type { PrimitiveCase } from "../../src/testing/primitive-cases-build.js";
import { scan } from "../../src/tensor/control.js";
import { feed, param } from "../../src/tensor/inputs.js";
import { keyFromSeed, randomNormal, splitKey } from "../../src/tensor/random.js";
import { scalar } from "../../src/tensor/tensor.js";
import { expectClose, graphOf, numbers } from "./check.js";

describe.each(Object.entries<readonly PrimitiveCase[]>(primitiveCases))("%s comes back from a file", (_, cases) => {
  it.each(cases.map((given) => [given.name, given] as const))("%s", (__, { graph, inputs }) => {
    for (const target of ["portable", "cpu"] as const) {
      const back = importModel(encodeModel(lower(graph, { target })), { dims: { steps: stepsOf(graph) } });
      const [got, wanted] = [evaluate(back.graph, { ...inputs, ...back.weights }), evaluate(graph, inputs)];
      for (const [name, array] of Object.entries(wanted))
        expectClose(got[name]!, array, { name, rtol: 1e-6, atol: 1e-6 });
    }
  });
});

/** How many steps the loop takes that is all of a graph: its file on the CPU leaves them open. */
function stepsOf({ outputs }: Graph): number {
  const [{ node }] = outputs as readonly [Graph["outputs"][number]];
  const source = node.op === "at" ? node.inputs[0]! : node;
  return source.op === "scan" ? source.attrs.length : 0;
}

describe("an export with open sizes", () => {
  const [w, b] = [param([2, 4], constantInit(0)), param([4], constantInit(0))];
  const weights = { w: numbers([2, 4], "f32", 5), b: numbers([4], "f32", 6) };
  const trace = ({ n, steps }: Sizes) => {
    const [seed, x] = [feed([], "i64"), feed([n!, 2])];
    const k = keyFromSeed(seed.cast("u64"));
    const { carry, ys } = scan({ carry: [x, scalar(0, "i32")], length: steps! }, ([z, t]) => ({
      carry: [z!.mul(0.5).add(randomNormal(splitKey(k, t!), [n!, 2])), t!.add(1)],
      ys: [z!.sum()],
    }));
    return graphOf({ seed, x, w, b }, { y: carry[0]!.matmul(w).add(b), sums: ys[0]! });
  };
  const bytes = encodeModel(
    exportModel({
      trace,
      symbols: { n: { from: "dim", input: "x", axis: 0 }, steps: { from: "input", name: "steps" } },
      weights,
    }),
  );

  it("is read at fixed sizes, with its weights", () => {
    const back = importModel(bytes, { dims: { n: 3, steps: 4 } });
    expect(Object.keys(back.weights)).toEqual(["w", "b"]);
    expect(back.graph.inputs.map(({ name }) => name)).toEqual(["seed", "x", "w", "b"]);
    const feeds = { seed: ndarray([2n], [], "i64"), x: numbers([3, 2]), ...weights };
    const [got, wanted] = [evaluate(back.graph, feeds), evaluate(trace({ n: 3, steps: 4 }), feeds)];
    for (const name of ["y", "sums"]) expectClose(got[name]!, wanted[name]!, { name });
  });
  it("asks for the sizes it needs", () => {
    expect(() => importModel(bytes, { file: "sampler.onnx" })).toThrow(
      /sampler.onnx: input "x": expected a size for "n"/,
    );
    expect(() => importModel(bytes, { dims: { n: 2 } })).toThrow(/depends on data/);
  });
});

it("names an operator that it does not know", () => {
  const x = feed([2]);
  const model = lower(graphOf({ x }, { y: x.exp() }));
  const strange: OnnxModel = {
    ...model,
    graph: { ...model.graph, nodes: model.graph.nodes.map((node) => ({ ...node, op: "toString" })) },
  };
  expect(() => importModel(encodeModel(strange), { file: "x.onnx" })).toThrow(
    /x.onnx: y: expected an operator that is known here, got toString/,
  );
});
