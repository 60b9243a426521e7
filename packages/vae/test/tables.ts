/** @file A small table with a column of each kind, some of them with gaps, and models of it. */
import { arrays, key, ndarray, uniformDraws, type Dataset } from "@gen/core";
import { Table, type Column } from "@gen/core/codec";
import { dense, GumbelVae, HierarchicalVae, tableLikelihood, Vae, type LatentModel } from "../src/index.js";

export const COLUMNS: readonly Column[] = [
  { name: "length", kind: "real", gaps: true, rounding: 0, low: 0, high: 10, mean: 5, std: 3 },
  { name: "width", kind: "real", gaps: false, rounding: 0.5, low: 0, high: 20, mean: 10, std: 6 },
  { name: "kind", kind: "categorical", gaps: true, categories: ["short", "middle", "long"] },
  { name: "planet", kind: "constant", value: 3 },
  { name: "count", kind: "integer", gaps: false, rounding: 1, low: 0, high: 10, mean: 5, std: 3 },
];
export const WIDTH = COLUMNS.length;

export const tableCodec = (): Table => new Table({ columns: COLUMNS, gaps: "mask" });

/** Rows in which everything follows from the length, with a few gaps; those are 0, and the mask says so. */
export function rows(
  n: number,
  seed = 1,
): { readonly data: Dataset; readonly x: Float32Array<ArrayBuffer>; readonly mask: Float32Array<ArrayBuffer> } {
  const u = uniformDraws(key(seed), 3 * n);
  const x = new Float32Array(n * WIDTH);
  const mask = new Float32Array(n * WIDTH).fill(1);
  for (let i = 0; i < n; i++) {
    const length = 10 * u[3 * i]!;
    x.set(
      [length, Math.round(4 * length) / 2, Math.min(2, Math.floor(0.3 * length)), 3, Math.round(length)],
      i * WIDTH,
    );
    if (u[3 * i + 1]! < 0.1) x[i * WIDTH] = mask[i * WIDTH] = 0;
    if (u[3 * i + 2]! < 0.1) x[i * WIDTH + 2] = mask[i * WIDTH + 2] = 0;
  }
  const fields = { x: ndarray(x, [n, WIDTH]), mask: ndarray(mask, [n, WIDTH]) };
  return { data: arrays(fields), x, mask };
}

/** Every model that a table may have. */
export const tableModels: readonly { readonly name: string; readonly make: (codec?: Table) => LatentModel }[] = [
  {
    name: "Vae",
    make: (codec = tableCodec()) =>
      new Vae({
        shape: codec.input,
        codec,
        likelihood: tableLikelihood(codec),
        latentDim: 2,
        architecture: dense({ hidden: [12], activation: "silu" }),
      }),
  },
  {
    name: "HierarchicalVae",
    make: (codec = tableCodec()) =>
      new HierarchicalVae({
        shape: codec.input,
        codec,
        likelihood: tableLikelihood(codec),
        latentDims: [2, 1],
        width: 8,
        architecture: dense({ hidden: [8], activation: "silu" }),
      }),
  },
  {
    name: "GumbelVae",
    make: (codec = tableCodec()) =>
      new GumbelVae({
        shape: codec.input,
        codec,
        likelihood: tableLikelihood(codec),
        variables: 2,
        categories: 3,
        architecture: dense({ hidden: [8], activation: "silu" }),
      }),
  },
];
