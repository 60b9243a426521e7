import { expect, it } from "vitest";
import { evaluate } from "../../src/ir/evaluate.js";
import { halfToNumber } from "../../src/ir/evaluate-arrays.js";
import { ndarray } from "../../src/ndarray.js";
import { encodeModel } from "../../src/onnx/proto.js";
import { floatOf, halfOf } from "../../src/onnx/half.js";
import { exportModel } from "../../src/onnx/symbolic.js";
import { scan } from "../../src/tensor/control.js";
import { feed } from "../../src/tensor/inputs.js";
import { softmax } from "../../src/tensor/math.js";
import { graphOf, numbers, runModel } from "./check.js";

it("rounds to the nearest half", () => {
  const values = [
    0,
    -0,
    1,
    -2.5,
    65504,
    65519,
    65520,
    1e9,
    2 ** -24,
    2 ** -25,
    1.5 * 2 ** -25,
    0.1,
    2 ** -14,
    1 + 2 ** -11,
  ];
  const wanted = [
    0,
    -0,
    1,
    -2.5,
    65504,
    65504,
    Infinity,
    Infinity,
    2 ** -24,
    0,
    2 ** -24,
    0.0999755859375,
    2 ** -14,
    1,
  ];
  expect([...halfOf(ndarray(values)).data].map((bits) => halfToNumber(Number(bits)))).toEqual(wanted);
});

it("reads every half, and rounding it again changes nothing", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
  const floats = floatOf({ dtype: "f16", shape: [65536], data: all });
  const isNumber = (bits: number): boolean => (bits & 0x7fff) <= 0x7c00;
  expect(floats.data.filter(Number.isNaN)).toHaveLength(2 * 1023);
  const again = halfOf(floats).data;
  expect([...all].filter((bits) => isNumber(bits) && again[bits] !== bits)).toEqual([]);
});

it.for(["f16", "f16-weights"] as const)(
  "exports a network of half the size in %s, within a hundredth",
  async (precision) => {
    const weights = { w: numbers([40, 64], "f32", 5), b: numbers([64], "f32", 6), v: numbers([64, 5], "f32", 7) };
    const [w, b, v] = [feed([40, 64]), feed([64]), feed([64, 5])];
    const options = {
      trace: ({ n }: Readonly<Record<string, number>>) => {
        const x = feed([n!, 40]);
        const logits = x.matmul(w).add(b).mul(0.1).tanh().matmul(v);
        const { carry } = scan({ carry: [logits], length: 3 }, ([c]) => ({ carry: [c!.mul(0.9).add(v.sum(0))] }));
        return graphOf({ x, w, b, v }, { p: softmax(logits.mul(0.1)), looped: carry[0]! });
      },
      symbols: { n: { from: "dim", input: "x", axis: 0 } } as const,
      weights,
    };
    const [single, half] = [exportModel(options), exportModel({ ...options, precision })];
    expect(encodeModel(half).length).toBeLessThan(0.6 * encodeModel(single).length);
    expect(half.graph.inputs).toEqual(single.graph.inputs);
    expect(half.graph.outputs).toEqual(single.graph.outputs);
    const x = numbers([3, 40]);
    const got = await runModel(half, { x });
    const wanted = evaluate(options.trace({ n: 3 }), { x, ...weights });
    for (const [name, { data }] of Object.entries(wanted)) {
      data.forEach((value, i) => {
        expect(Math.abs(Number(got[name]!.data[i]) - Number(value))).toBeLessThan(1e-2 * (1 + Math.abs(Number(value))));
      });
    }
  },
);

it("computes in f32 from weights that are stored in f16, exactly as from their rounded values", async () => {
  const rounded = floatOf(halfOf(numbers([40, 64], "f32", 5)));
  const w = feed([40, 64]);
  const options = {
    trace: ({ n }: Readonly<Record<string, number>>) => {
      const x = feed([n!, 40]);
      return graphOf({ x, w }, { y: x.matmul(w).tanh() });
    },
    symbols: { n: { from: "dim", input: "x", axis: 0 } } as const,
    weights: { w: rounded },
  };
  const x = numbers([3, 40]);
  const [single, half] = [exportModel(options), exportModel({ ...options, precision: "f16-weights" })];
  expect((await runModel(half, { x }))["y"]).toEqual((await runModel(single, { x }))["y"]);
});
