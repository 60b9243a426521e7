import { expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { evaluate } from "../../src/ir/evaluate.js";
import { simplify } from "../../src/ir/simplify.js";
import { ndarray } from "../../src/ndarray.js";
import { importModel } from "../../src/onnx/import.js";
import { lower } from "../../src/onnx/lower.js";
import { encodeModel } from "../../src/onnx/proto.js";
import type { Target } from "../../src/onnx/target.js";
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
] as const)("GELU is one operator, and reads back as it was: %s", async (approximate, f) => {
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
])("GELU is several where %s", (_, f) => {
  const { nodes } = lower(made(f)).graph;
  expect(nodes.filter(({ op }) => op === "Gelu")).toEqual([]);
});

it("numbers are compared with 0 by a steep slope on the CPU, unless somebody reads the comparison", async () => {
  const mask = (v: Tensor): Tensor => v.greater(0).cast("f32");
  const numbers = ndarray([-Infinity, -1, -1e-37, -0, 0, 1e-37, 1, 3e38, Infinity], [3, 3]);
  const model = await check(made(mask), { x: numbers }, { target: "cpu", rtol: 0, atol: 0 });
  expect(listing(model)).toBe(`y = HardSigmoid(x) {alpha=${2 ** 127} beta=0}`);
  const operators = (f: (x: Tensor) => Tensor, target: Target): string[] =>
    lower(made(f), { target }).graph.nodes.map(({ op }) => op);
  expect(operators(mask, "portable")).toEqual(["Less", "Cast"]);
  expect(operators((v) => v.less(0).cast("f32"), "cpu")).toEqual(["Less", "Cast"]);
  expect(operators((v) => v.greater(0).where(mask(v), v), "cpu")).toEqual(["Less", "Cast", "Where"]);
});
