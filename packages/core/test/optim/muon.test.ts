import { describe, expect, it } from "vitest";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { adamw } from "../../src/optim/adam.js";
import { groups } from "../../src/optim/group.js";
import { muon, orthogonal, type MuonOptions } from "../../src/optim/muon.js";
import { constant } from "../../src/tensor/tensor.js";
import { valuesOf } from "../../src/testing/run-reference.js";
import fixture from "./fixtures/torch.json" with { type: "json" };
import { expectNear, matrixAfter, trajectory } from "./problem.js";

const OPTIONS: Record<keyof typeof fixture.muon, MuonOptions> = {
  spectral: { learningRate: 0.02, weightDecay: 0.1, momentum: 0.9 },
  "adam, plain momentum": { learningRate: 0.01, momentum: 0.95, nesterov: false, scale: "adam" },
};

/** The fixture's element [row, column] is f of its place. */
const filled = (f: (k: number) => number, shape: number[]): NdArray =>
  ndarray(
    Array.from({ length: 24 }, (_, k) => f(k)),
    shape,
    "f64",
  );
const transposed = ({ data, shape: [rows, columns] }: NdArray): NdArray =>
  ndarray(
    Array.from({ length: 24 }, (_, k) => Number(data[(k % rows!) * columns! + Math.floor(k / rows!)])),
    [columns!, rows!],
    "f64",
  );

describe.each(Object.entries(OPTIONS))("PyTorch's Muon: %s", (name, options) => {
  const wanted = fixture.muon[name as keyof typeof OPTIONS];
  it.each([
    ["tall", [6, 4]],
    ["wide", [4, 6]],
  ] as const)("%s", (form, shape) => {
    const start = filled((k) => Math.sin(0.7 * k), [...shape]);
    const target = filled(Math.cos, [...shape]);
    const linear = { start: transposed(start), target: transposed(target), steps: fixture.steps }; // [inputs, outputs]
    const end = ndarray(wanted[form].flat(), [...shape], "f64");
    expectNear(matrixAfter(muon(options), linear), [...transposed(end).data].map(Number), 1e-9);
    const kernel = { start: folded(start), target: folded(target), steps: fixture.steps }; // [outputs, inputs, 2]
    expectNear(matrixAfter(muon(options), kernel), wanted[form].flat(), 1e-9);
  });
});

function folded({ data, shape: [rows, columns] }: NdArray): NdArray {
  return { dtype: "f64", shape: [rows!, columns! / 2, 2], data };
}

describe("orthogonal", () => {
  it("brings singular values near 1 and keeps the singular vectors", () => {
    // U diag(s) V⊤ with rotations U and V: the result must be U diag(t) V⊤ with every t near 1
    const rotation = (a: number): number[][] => [
      [Math.cos(a), -Math.sin(a)],
      [Math.sin(a), Math.cos(a)],
    ];
    const product = (a: number[][], b: number[][]): number[][] =>
      a.map((row) => b[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * b[k]![j]!, 0)));
    const flip = (a: number[][]): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));
    const [u, v] = [rotation(0.4), rotation(1.9)];
    for (const s of [1, 0.5, 0.05, 1e-3]) {
      const matrix = product(
        product(u, [
          [30, 0],
          [0, 30 * s],
        ]),
        flip(v),
      );
      const out = [...valuesOf([orthogonal(constant(ndarray(matrix.flat(), [2, 2], "f64")))])[0]!.data].map(Number);
      const diagonal = product(product(flip(u), [out.slice(0, 2), out.slice(2)]), v);
      expect(Math.abs(diagonal[0]![1]!) + Math.abs(diagonal[1]![0]!)).toBeLessThan(1e-6);
      const values = [diagonal[0]![0]!, diagonal[1]![1]!];
      for (const t of s < 0.01 ? values.slice(0, 1) : values) {
        expect(t).toBeGreaterThan(0.65);
        expect(t).toBeLessThan(1.25);
      }
    }
  });
  it("leaves nothing where there is nothing", () => {
    expect([...valuesOf([orthogonal(constant(ndarray(new Float64Array(6), [2, 3])))])[0]!.data]).toEqual(
      new Array<number>(6).fill(0),
    );
  });
});

it("asks for another optimizer beside it for what is no matrix", () => {
  expect(() => trajectory(muon(), 1)).toThrow('muon: expected matrices or kernels, got "w" [4]');
  const { rows } = trajectory(
    groups([
      { match: (name) => name === "u", optimizer: adamw({ learningRate: 0.05 }) },
      { match: () => true, optimizer: adamw({ learningRate: 0.05 }) },
    ]),
    1,
  );
  expect(rows).toHaveLength(1);
  expect(() => muon({ iterations: 0 })).toThrow("muon: expected iterations in [1, ∞), got 0");
});
