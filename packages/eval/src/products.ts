/** @file Products of all pairs of rows, a block at a time: what distances and kernels are made of. */
import { constantInit, inference, ndarray, param, type Runtime } from "@gen/core";
import { slice, type Points } from "./points.js";

/** a·bᵢ for the rows of one block against all rows of a set. */
export interface Products {
  /**
   * @param a [m, dim]
   * @returns [m, n]
   */
  of(a: Points): Promise<Float64Array> | Float64Array;
}

/** How products are computed: in plain loops, or by {@link onRuntime}. Both are float64. */
export type Multiply = (b: Points) => Promise<Products> | Products;

/** Plain loops: no runtime is needed, and a billion multiplications take about a second. */
export const inLoops: Multiply = (b) => {
  const all = Float64Array.from(b.data);
  return { of: (a) => loops(Float64Array.from(a.data), all, { m: a.n, n: b.n, dim: b.dim }) };
};

/** Two rows of a against four of b at a time; the rest one by one. */
function loops(
  a: Float64Array,
  b: Float64Array,
  { m, n, dim }: { readonly m: number; readonly n: number; readonly dim: number },
): Float64Array {
  const out = new Float64Array(m * n);
  const tiled = { rows: m - (m % 2), columns: n - (n % 4) };
  for (let j = 0; j < tiled.columns; j += 4) {
    for (let i = 0; i < tiled.rows; i += 2) {
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let p = i * dim, q = j * dim, end = p + dim; p < end; p++, q++) {
        const x = a[p]!;
        const y = a[p + dim]!;
        const u = b[q]!;
        const v = b[q + dim]!;
        const w = b[q + 2 * dim]!;
        const z = b[q + 3 * dim]!;
        s00 += x * u;
        s01 += x * v;
        s02 += x * w;
        s03 += x * z;
        s10 += y * u;
        s11 += y * v;
        s12 += y * w;
        s13 += y * z;
      }
      const at = i * n + j;
      out[at] = s00;
      out[at + 1] = s01;
      out[at + 2] = s02;
      out[at + 3] = s03;
      out[at + n] = s10;
      out[at + n + 1] = s11;
      out[at + n + 2] = s12;
      out[at + n + 3] = s13;
    }
  }
  for (let i = 0; i < m; i++) {
    for (let j = i < tiled.rows ? tiled.columns : 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < dim; k++) sum += a[i * dim + k]! * b[j * dim + k]!;
      out[i * n + j] = sum;
    }
  }
  return out;
}

/** Rows of b in one product. */
const TILE = 5000;
/** Rows of a in one product. */
export const BLOCK = 100;

/** Matrix products in float64 on a runtime of the CPU: many times faster for wide rows, such as pictures themselves. */
export function onRuntime(runtime: Runtime): Multiply {
  return async (b) => {
    const tiles = await Promise.all(
      Array.from({ length: Math.ceil(b.n / TILE) }, async (_, t) => {
        const tile = slice(b, t * TILE, Math.min(b.n, (t + 1) * TILE));
        const shape = [tile.n, b.dim];
        const store = runtime.emptyStore();
        await store.write("b", ndarray(Float64Array.from(tile.data), shape, "f64"));
        const model = { b: param(shape, constantInit(0), "f64") };
        const program = inference(model, { a: { shape: [BLOCK, b.dim], dtype: "f64" } }, ({ a }) => ({
          products: a.matmul(model.b.transpose()),
        }));
        return { n: tile.n, store, program };
      }),
    );
    return {
      async of(a) {
        const out = new Float64Array(a.n * b.n);
        for (let start = 0; start < a.n; start += BLOCK) {
          const rows = Math.min(BLOCK, a.n - start);
          const padded = new Float64Array(BLOCK * a.dim);
          padded.set(slice(a, start, start + rows).data);
          const feeds = { a: ndarray(padded, [BLOCK, a.dim], "f64") };
          let at = 0;
          for (const { n, store, program } of tiles) {
            const { products } = await runtime.run(program, { store, feeds });
            const part = products!.data as Float64Array;
            for (let i = 0; i < rows; i++) out.set(part.subarray(i * n, (i + 1) * n), (start + i) * b.n + at);
            at += n;
          }
        }
        return out;
      },
    };
  };
}
