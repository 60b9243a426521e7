import { expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { evaluate } from "../../src/ir/evaluate.js";
import { simplify } from "../../src/ir/simplify.js";
import { ndarray } from "../../src/ndarray.js";
import { importModel } from "../../src/onnx/import.js";
import { lower } from "../../src/onnx/lower.js";
import { encodeModel } from "../../src/onnx/proto.js";
import { gelu, geluTanh } from "../../src/tensor/math.js";
import { feed } from "../../src/tensor/inputs.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { check, expectClose, graphOf, listing } from "./check.js";

const x = ndarray([-100, -3, -1, -0.2, 0, 0.2, 1, 3, 100], [3, 3]);
const made = (f: (x: Tensor) => Tensor) => {
  const v = feed([3, 3]);
  return simplify(graphOf({ x: v }, { y: f(v) }));
};

it.each([
  ["none", gelu],
  ["tanh", geluTanh],
] as const)("is one operator, and reads back as it was: %s", async (approximate, f) => {
  const graph = made(f);
  const model = await check(graph, { x });
  expect(listing(model)).toBe(`y = Gelu(x) {approximate=${approximate}}`);
  const back = importModel(encodeModel(model));
  expectClose(evaluate(back.graph, { x, ...back.weights })["y"]!, evaluate(graph, { x })["y"]!);
});

it.each([
  ["its gradient reads its parts", (x: Tensor) => gelu(x).add(grad(gelu(x).sum(), [x])[0]!)],
  ["as does that of the other", (x: Tensor) => geluTanh(x).add(grad(geluTanh(x).sum(), [x])[0]!)],
  ["another factor", (x: Tensor) => x.mul(Math.SQRT1_2).mul(x.mul(Math.SQRT1_2).erf().add(1))],
  ["another function", (x: Tensor) => x.mul(0.5).mul(x.mul(0.5).sigmoid()).mul(2)],
])("is several where %s", (_, f) => {
  const { nodes } = lower(made(f)).graph;
  expect(nodes.filter(({ op }) => op === "Gelu")).toEqual([]);
});
