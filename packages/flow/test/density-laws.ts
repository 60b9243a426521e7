/** @file What is true of every density: it integrates to 1, and its samples are distributed as it says. */
import { key, ndarray, parameters, type NdArray, type Runtime, type Store } from "@gen/core";
import { describe, expect, it } from "vitest";
import { logProb, sample, type Flow } from "../src/index.js";

export interface DensityLaws {
  readonly runtime: () => Runtime;
  /** Half-width of the box that holds all but a trace of the mass. @default 9 */
  readonly reach?: number;
}

/** Rows that are measured at once. */
const CHUNK = 4096;

/** The laws for flows from `make` of 1, 2 (on a grid) or more dimensions (by importance sampling). */
export function describeDensity(
  name: string,
  make: (dim: number) => Flow,
  { dims, runtime: runtimeOf, reach = 9 }: DensityLaws & { readonly dims: readonly number[] },
): void {
  describe(`the density of ${name}`, () => {
    it.each(dims)("integrates to 1 in %i dimensions", async (dim) => {
      const runtime = runtimeOf();
      const { flow, store } = await moved(runtime, make(dim));
      const { mean, error } = await mass({ runtime, flow, store }, reach);
      expect(Math.abs(mean - 1)).toBeLessThan(Math.max(1e-3, 4 * error));
      expect(error).toBeLessThan(0.02);
    });

    it.each(dims)("is the density of its samples in %i dimensions", async (dim) => {
      const runtime = runtimeOf();
      const { flow, store } = await moved(runtime, make(dim));
      // E[φ(x; m, s²I) / p(x)] over samples of p is the mass of φ where p has its own: 1, for any m; here the middle of others.
      const draw = async (seed: number): Promise<NdArray> => {
        const on = { store, key: key(seed), feeds: contextOf(flow) };
        return (await runtime.run(sample(flow, { n: CHUNK }), on)).samples!;
      };
      const [others, samples] = [await draw(7), await draw(8)];
      const feeds = { x: samples, ...contextOf(flow) };
      const { logProb: logP } = await runtime.run(logProb(flow, { n: CHUNK }), { store, feeds });
      const logPhi = normalLogProb(samples, { mean: middleOf(others), std: 0.5 });
      const weights = numbers(logP!.data).map((v, i) => Math.exp(logPhi[i]! - v));
      const { mean, error } = momentsOf(weights);
      expect(Math.abs(mean - 1)).toBeLessThan(5 * error + 1e-3);
    });
  });
}

/** A flow whose parameters stand a little off where they start. */
export async function moved(runtime: Runtime, flow: Flow): Promise<{ flow: Flow; store: Store }> {
  const store = await runtime.init(flow, { key: key(1) });
  for (const [i, path] of [...parameters(flow).keys()].entries()) {
    const { data, shape } = await store.read(path);
    await store.write(
      path,
      ndarray(
        numbers(data).map((v, k) => v + 0.2 * Math.sin(1 + i + 2.4 * k)),
        shape,
      ),
    );
  }
  return { flow, store };
}

/** The same condition for each row, of a conditional flow. */
function contextOf({ contextDim }: Flow): Record<string, NdArray> {
  if (contextDim === 0) return {};
  return { context: ndarray(new Float32Array(CHUNK * contextDim).fill(0.7), [CHUNK, contextDim]) };
}

const numbers = (data: ArrayLike<number | bigint>): number[] => Array.from(data, Number);

async function mass(
  { runtime, flow, store }: { runtime: Runtime; flow: Flow; store: Store },
  reach: number,
): Promise<{ mean: number; error: number }> {
  const dim = flow.dims;
  const program = logProb(flow, { n: CHUNK });
  const measure = async (rows: Float32Array<ArrayBuffer>): Promise<Float32Array> => {
    const { logProb: logP } = await runtime.run(program, {
      store,
      feeds: { x: ndarray(rows, [CHUNK, ...flow.shape]), ...contextOf(flow) },
    });
    return logP!.data as Float32Array;
  };
  if (dim <= 2) {
    const side = dim === 1 ? CHUNK : 4 * Math.sqrt(CHUNK); // 4096 points, or 256²
    const step = (2 * reach) / side;
    let sum = 0;
    for (let start = 0; start < side ** dim; start += CHUNK) {
      const rows = Float32Array.from({ length: CHUNK * dim }, (_, i) => {
        const point = start + Math.floor(i / dim);
        return (
          -reach + (((dim === 1 || i % 2 === 0 ? point % side : Math.floor(point / side)) + 0.5) * 2 * reach) / side
        );
      });
      for (const v of await measure(rows)) sum += Math.exp(v) * step ** dim;
    }
    return { mean: sum, error: 0 };
  }
  const spread = 1.6;
  const weights: number[] = [];
  for (let chunk = 0; chunk < 32; chunk++) {
    const rows = lattice(chunk * CHUNK, dim).map((z) => spread * z);
    const logP = await measure(rows);
    const logQ = normalLogProb(ndarray(rows, [CHUNK, dim]), { std: spread });
    logP.forEach((v, i) => weights.push(Math.exp(v - logQ[i]!)));
  }
  return momentsOf(weights);
}

/** Normal rows from a low-discrepancy lattice (Roberts' R sequence), through Box and Muller. */
function lattice(start: number, dim: number): Float32Array<ArrayBuffer> {
  const pairs = Math.ceil(dim / 2);
  let phi = 2;
  for (let i = 0; i < 40; i++) phi = (1 + phi) ** (1 / (2 * pairs + 1));
  const rows = new Float32Array(CHUNK * dim);
  for (let i = 0; i < CHUNK; i++) {
    for (let pair = 0; pair < pairs; pair++) {
      const u = (0.5 + (start + i + 1) / phi ** (2 * pair + 1)) % 1;
      const v = (0.5 + (start + i + 1) / phi ** (2 * pair + 2)) % 1;
      const r = Math.sqrt(-2 * Math.log(1 - u));
      rows[i * dim + 2 * pair] = r * Math.cos(2 * Math.PI * v);
      if (2 * pair + 1 < dim) rows[i * dim + 2 * pair + 1] = r * Math.sin(2 * Math.PI * v);
    }
  }
  return rows;
}

/** Σ over the numbers of each row of log N(x; mean, std²); the mean is 0 where none is given. */
function normalLogProb(
  { data, shape }: NdArray,
  { mean, std }: { readonly mean?: readonly number[]; readonly std: number },
): number[] {
  const n = shape[0]!;
  const dim = data.length / n;
  return Array.from({ length: n }, (_, i) => {
    let sum = -dim * Math.log(std * Math.sqrt(2 * Math.PI));
    for (let k = 0; k < dim; k++) sum -= ((Number(data[i * dim + k]) - (mean?.[k] ?? 0)) / std) ** 2 / 2;
    return sum;
  });
}

/** The mean of each number of a row. */
function middleOf({ data, shape }: NdArray): number[] {
  const n = shape[0]!;
  const dim = data.length / n;
  return Array.from({ length: dim }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Number(data[i * dim + k]);
    return sum / n;
  });
}

function momentsOf(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, error: Math.sqrt(variance / values.length) };
}
