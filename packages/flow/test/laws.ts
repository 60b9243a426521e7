/** @file What is true of every transform: it undoes itself, and its log-determinant is the one that autodiff measures. */
import {
  constant,
  grad,
  inference,
  key,
  ndarray,
  normalDraws,
  sizeOf,
  type NdArray,
  type Shape,
  type Tensor,
} from "@gen/core";
import { runReference, spread, startReference } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import type { At, Bijection, Transform } from "../src/index.js";

export interface TransformLaws<S> {
  readonly sizes: readonly S[];
  /** Rows to try, a function of how many numbers there are. @default draws from N(0, 1.5²) within two deviations */
  readonly rows?: (count: number) => ArrayLike<number>;
  /** How far parameters are moved from where they start, so that no identity hides a mistake. @default 0.4 */
  readonly reach?: number;
  /** How far the log-determinant may be off: for those that are estimated. @default 1e-8 */
  readonly logDetTolerance?: number;
}

const ROWS = 3;

/** The laws in float64, for a transform from `make` at each size. */
export function describeTransform<S>(
  name: string,
  make: (size: S) => Transform | Bijection,
  { sizes, rows = usual, reach = 0.4, logDetTolerance = 1e-8 }: TransformLaws<S>,
): void {
  const cases = sizes.map((size) => ({ size }));
  describe(`${name} is a bijection`, () => {
    it.each(cases)("undoes itself at size $size", ({ size }) => {
      const transform = make(size);
      if (!isBijection(transform)) return;
      const x = rowsOf(rows, [ROWS, ...transform.shape]);
      const { again, sum } = evaluated(transform, { x, reach }, (feed, at) => {
        const { y, logDet } = transform.forward(feed, at);
        const back = transform.inverse(y, at);
        return { again: back.x, sum: logDet.add(back.logDet) };
      });
      const within = transform.tolerance ?? 1e-9;
      expectNear(again!, x.data, within);
      expectNear(sum!, new Float64Array(ROWS), Math.max(10 * within, logDetTolerance));
    });

    it.each(cases)("reports the log-determinant of autodiff at size $size", ({ size }) => {
      const transform = make(size);
      const D = sizeOf(transform.shape);
      const row = rowsOf(rows, [1, ...transform.shape]).data as Float64Array;
      const copies = Float64Array.from({ length: D * D }, (_, i) => row[i % D]!);
      // Of D copies of a row, cotangent i is the i-th unit vector: row i of the gradient is row i of the Jacobian.
      const unit = Array.from({ length: D * D }, (_, i) => Number(i % (D + 1) === 0));
      const x = ndarray(copies, [D, ...transform.shape], "f64");
      const { jacobian, logDet } = evaluated(transform, { x, reach }, (feed, at) => {
        const { y, logDet } = transform.forward(feed, at);
        const [jacobian] = grad(
          y
            .flatten()
            .mul(constant(ndarray(unit, [D, D])))
            .sum(),
          [feed],
        );
        return { jacobian: jacobian!, logDet };
      });
      const wanted = logAbsDet(jacobian!.data as Float64Array, D);
      expectNear(logDet!, new Float64Array(D).fill(wanted), logDetTolerance);
    });
  });
}

function isBijection(transform: Transform): transform is Bijection {
  return "inverse" in transform;
}

/** The results of a body in float64: the same context for each row, parameters a little off where they start. */
export function evaluated(
  transform: Transform,
  { x, reach }: { readonly x: NdArray; readonly reach: number },
  body: (x: Tensor, at: At) => Record<string, Tensor>,
): Record<string, NdArray> {
  const { contextDim } = transform;
  const program = inference({ transform }, { x: x.shape }, (batch, scope) => {
    const row = spread([1, contextDim], [-1, 1], 5);
    const context = contextDim === 0 ? undefined : constant(row).expand([x.shape[0]!, contextDim]);
    return body(batch.x, { scope, context });
  });
  const store = startReference(program);
  [...program.reads].forEach(([path, { kind, shape }], i) => {
    if (kind !== "param") return;
    const moves = spread(shape, [-reach, reach], i).data;
    const start = store.get(path)!.data as Float64Array;
    store.set(
      path,
      ndarray(
        start.map((v, k) => v + moves[k]!),
        shape,
        "f64",
      ),
    );
  });
  return runReference(program, { store, key: key(3), feeds: { x } });
}

function rowsOf(rows: (count: number) => ArrayLike<number>, shape: Shape): NdArray {
  return ndarray(Float64Array.from(rows(sizeOf(shape))), shape, "f64");
}

const usual = (count: number): Float64Array =>
  normalDraws(key(21), count, "f64").map((z) => 1.5 * Math.max(-2, Math.min(2, z)));

/** log |det| by elimination with pivots. */
export function logAbsDet(matrix: Float64Array, n: number): number {
  const rows = Array.from({ length: n }, (_, i) => matrix.slice(i * n, (i + 1) * n));
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const pivot = rows.reduce((best, row, i) => (i > k && Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    const top = rows[k]!;
    sum += Math.log(Math.abs(top[k]!));
    for (const row of rows.slice(k + 1)) {
      const factor = row[k]! / top[k]!;
      for (let j = k; j < n; j++) row[j]! -= factor * top[j]!;
    }
  }
  return sum;
}

export function expectNear({ data }: NdArray, wanted: ArrayLike<number | bigint>, within: number): void {
  expect(data).toHaveLength(wanted.length);
  for (let i = 0; i < data.length; i++) {
    const [got, value] = [Number(data[i]), Number(wanted[i])];
    if (!(Math.abs(got - value) <= within * (1 + Math.abs(value))))
      expect.fail(`[${i}]: expected ${value}, got ${got}`);
  }
}
