import { expect, it } from "vitest";
import { ACTIVATIONS, activationOf } from "../../src/nn/activation.js";
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  torchUniform,
  zeroWeights,
  type WeightInit,
} from "../../src/nn/init.js";
import { Linear } from "../../src/nn/linear.js";
import { constant } from "../../src/tensor/tensor.js";
import { ndarray } from "../../src/ndarray.js";
import { valuesOf } from "../../src/testing/run-reference.js";
import { key } from "../../src/rng/key.js";
import { feed } from "../../src/tensor/inputs.js";
import { lasting } from "../../src/program/model.js";
import { startOf } from "../../src/testing/run-reference.js";

it.each<[string, WeightInit, number]>([
  ["heNormal", heNormal, 2 / 50],
  ["heUniform", heUniform, 2 / 50],
  ["glorotNormal", glorotNormal, 2 / 250],
  ["glorotUniform", glorotUniform, 2 / 250],
  ["lecunNormal", lecunNormal, 1 / 50],
  ["lecunUniform", lecunUniform, 1 / 50],
  ["torchUniform", torchUniform, 1 / 150],
  ["zeroWeights", zeroWeights, 0],
])("%s draws with its variance", (_, law, variance) => {
  const { data } = startOf({ init: law({ fanIn: 50, fanOut: 200 }), dtype: "f32", shape: [50, 200] }, key(1));
  const values = data as Float64Array;
  const measured = values.reduce((sum, v) => sum + v * v, 0) / values.length;
  expect(Math.abs(measured - variance)).toBeLessThanOrEqual(0.05 * variance); // 10,000 draws: ± 1.4 % at most
});

it("a bias starts as PyTorch's beside the default law, and at 0 beside another", () => {
  const start = (init?: WeightInit): object =>
    lasting(new Linear({ inputs: 4, outputs: 2, ...(init ? { init } : {}) }).bias!)!.init!;
  expect(start()).toEqual({ kind: "uniform", low: -0.5, high: 0.5 });
  expect(start(heNormal)).toEqual({ kind: "constant", value: 0 });
});

it("activations are found by name, or are functions", () => {
  const x = feed([3]);
  for (const name of ACTIVATIONS) expect(activationOf(name)(x).shape).toEqual([3]);
  expect(activationOf((v) => v)(x)).toBe(x);
  expect(() => activationOf("swish" as "silu")).toThrow(
    'expected one of identity, relu, leakyRelu, elu, gelu, geluTanh, silu, softplus, sigmoid, tanh, got "swish"',
  );
});

it("gelu by a hyperbolic tangent is near gelu, and not the same", () => {
  const x = constant(ndarray([-3, -1, 0, 0.5, 2], [5], "f64"));
  const [near, exact] = valuesOf([activationOf("geluTanh")(x), activationOf("gelu")(x)]).map(({ data }) => [...data]);
  [-0.003637392, -0.158808009, 0, 0.345714009, 1.954597694].forEach((v, i) => expect(near![i]).toBeCloseTo(v, 8));
  exact!.forEach((v, i) => expect(Number(near![i])).toBeCloseTo(Number(v), 2));
  expect(near).not.toEqual(exact);
});
