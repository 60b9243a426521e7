import { expect, it } from "vitest";
import { evaluate } from "../../src/ir/evaluate.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { encodeModel } from "../../src/onnx/proto.js";
import { exportModel } from "../../src/onnx/symbolic.js";
import { scan } from "../../src/tensor/control.js";
import { feed } from "../../src/tensor/inputs.js";
import { graphOf, numbers, runModel } from "./check.js";

const [ROWS, K, N] = [3, 80, 64];
const weights = { w: numbers([K, N], "f32", 5), v: numbers([N, K], "f32", 7), b: numbers([N], "f32", 6) };
const symbols = { n: { from: "dim", input: "x", axis: 0 } } as const;

/** Every way in which a matrix stands: plain, with a bias, transposed, in a loop; and one that is looked up in as well. */
const options = {
  trace: ({ n }: Readonly<Record<string, number>>) => {
    const [x, w, v, b] = [feed([n!, K]), feed([K, N]), feed([N, K]), feed([N])];
    const table = feed([N, K]);
    const { carry } = scan({ carry: [x], length: 2 }, ([c]) => ({ carry: [c!.matmul(w).tanh().matmul(v)] }));
    return graphOf(
      { x, w, v, b, table },
      {
        plain: x.reshape([1, n!, K]).matmul(w),
        biased: x.matmul(w).add(b),
        looped: carry[0]!,
        turned: x.matmul(table.transpose([1, 0])),
        looked: table.slice(0, 0, 1),
      },
    );
  },
  symbols,
  weights: { ...weights, table: numbers([N, K], "f32", 8) },
};
const x = numbers([ROWS, K]);
const bytes = exportModel({ ...options, precision: "i8" });

/** How far products may be off: half a step of each number, and of each of the matrix. */
function reach(row: readonly number[], column: readonly number[]): number {
  const step = (list: readonly number[]): number => Math.max(...list.map(Math.abs)) / 127;
  const [s, t] = [step(row), step(column)];
  return row.reduce((sum, v, k) => sum + (Math.abs(v) * t + Math.abs(column[k]!) * s) / 2 + (s * t) / 4, 1e-5);
}

it("products in 8 bits are off by no more than half a step of each factor makes", async () => {
  const got = await runModel(bytes, { x });
  const wanted = evaluate(options.trace({ n: ROWS }), { x, ...options.weights });
  const w = [...weights.w.data].map(Number);
  for (const name of ["plain", "biased"]) {
    wanted[name]!.data.forEach((value, i) => {
      const row = [...x.data].map(Number).slice(Math.floor(i / N) * K, (Math.floor(i / N) + 1) * K);
      const column = Array.from({ length: K }, (_, k) => w[k * N + (i % N)]!);
      expect(Math.abs(Number(got[name]!.data[i]) - Number(value))).toBeLessThan(reach(row, column));
    });
  }
  const size = Math.max(...[...wanted["looped"]!.data].map((v) => Math.abs(Number(v))));
  wanted["looped"]!.data.forEach((v, i) =>
    expect(Math.abs(Number(got["looped"]!.data[i]) - Number(v))).toBeLessThan(0.15 * size),
  );
  expect([...got["plain"]!.data]).not.toEqual([...wanted["plain"]!.data]);
});

it("a matrix that is read otherwise too stays as it is, as do inputs, outputs and what is small", async () => {
  const single = exportModel(options);
  expect(bytes.graph.inputs).toEqual(single.graph.inputs);
  expect(bytes.graph.outputs).toEqual(single.graph.outputs);
  const stored = bytes.graph.initializers.map(({ name }) => name);
  expect(stored).toEqual(expect.arrayContaining(["w.steps", "v.sizes", "table", "b"]));
  expect(stored).not.toContain("w");
  const [got, wanted] = [await runModel(bytes, { x }), await runModel(single, { x })];
  for (const name of ["turned", "looked"]) expect(got[name]).toEqual(wanted[name]);
  const few = exportModel({ ...options, precision: "i8", narrow: new Set(["v"]) });
  expect(few.graph.initializers.map(({ name }) => name)).toContain("w");
});

it("takes a transposed matrix by its columns", async () => {
  const trace = ({ n }: Readonly<Record<string, number>>) => {
    const [rows, v, b] = [feed([n!, K]), feed([N, K]), feed([N])];
    return graphOf({ x: rows, v, b }, { y: rows.matmul(v.transpose([1, 0])).add(b) });
  };
  const { v, b } = weights;
  const turned = exportModel({ trace, symbols, weights: { v, b }, precision: "i8" });
  expect(encodeModel(turned).length).toBeLessThan(
    0.4 * encodeModel(exportModel({ trace, symbols, weights: { v, b } })).length,
  );
  const got = (await runModel(turned, { x }))["y"]!;
  const column = (list: NdArray, i: number): number[] => [...list.data].map(Number).slice(i * K, (i + 1) * K);
  evaluate(trace({ n: ROWS }), { x, v, b })["y"]!.data.forEach((value, i) =>
    expect(Math.abs(Number(got.data[i]) - Number(value))).toBeLessThan(
      reach(column(x, Math.floor(i / N)), column(v, i % N)),
    ),
  );
});

it("gives a row the same numbers alone as among others", async () => {
  const [all, row] = [await runModel(bytes, { x }), ndarray([...x.data].map(Number).slice(K, 2 * K), [1, K])];
  const alone = await runModel(bytes, { x: row });
  expect([...alone["biased"]!.data]).toEqual([...all["biased"]!.data].slice(N, 2 * N));
});
