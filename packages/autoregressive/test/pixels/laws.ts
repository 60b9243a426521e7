/** @file What is true of every picture model: the order of pixels, a sum of one, draws and completions of that law. */
import { inference, jacobian, key, ndarray, reference, uniformDraws } from "@gen/core";
import type { BatchField, NdArray, Store, Tensor } from "@gen/core";
import { describeModelGradients } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { expectDistributed, movedStore, numbers } from "../statistics.js";
import { completePixels, pixelLogProb, samplePixels, type PixelBatch, type PixelModel } from "../../src/index.js";

const runtime = reference();

/** Rows of intensities, all of the class 1. */
export function rowsOf(model: PixelModel, rows: readonly (readonly number[])[]): Record<string, NdArray> {
  return { x: ndarray(rows.flat(), [rows.length, ...model.shape]), ...labels(model, rows.length) };
}

function fieldsOf({ shape, classes }: PixelModel, n: number): Record<string, BatchField> {
  return { x: [n, ...shape], ...(classes > 0 ? { label: { shape: [n], dtype: "i32" } } : {}) };
}

function labels({ classes }: PixelModel, n: number): Record<string, NdArray> {
  return classes === 0 ? {} : { label: ndarray(new Array<number>(n).fill(1), [n], "i32") };
}

/** For each parameter (row) and value (column) of a picture, whether the one depends on the other, by slope and by change. */
export async function influence(model: PixelModel): Promise<{ byGradient: boolean[][]; byChange: boolean[][] }> {
  const store = await movedStore(runtime, model);
  const D = model.dims;
  const P = (D / model.law.channels) * model.law.params;
  const fields = (n: number) => ({
    y: [n, D],
    ...(model.classes > 0 ? { label: { shape: [n], dtype: "i32" as const } } : {}),
  });
  const paramsOf = ({ y, label }: Readonly<Record<string, Tensor>>, n: number, scope: never): Tensor =>
    model.network.forward(y!.reshape([n, ...model.shape]), { scope, label }).reshape([n, P]);
  const base = Float32Array.from(uniformDraws(key(4), D));
  const slopes = inference(model, fields(1), (batch: Readonly<Record<string, Tensor>>, scope) => ({
    jacobian: jacobian(paramsOf(batch, 1, scope as never), batch["y"]!),
  }));
  const found = await runtime.run(slopes, { store, feeds: { y: ndarray(base, [1, D]), ...labels(model, 1) } });
  const changed = Float32Array.from({ length: (D + 1) * D }, (_, i) => base[i % D]! + (i % (D + 1) === D ? 0.7 : 0));
  const values = inference(model, fields(D + 1), (batch: Readonly<Record<string, Tensor>>, scope) => ({
    params: paramsOf(batch, D + 1, scope as never),
  }));
  const feeds = { y: ndarray(changed, [D + 1, D]), ...labels(model, D + 1) };
  const flat = numbers((await runtime.run(values, { store, feeds }))["params"]!);
  const grid = (of: (p: number, j: number) => boolean): boolean[][] =>
    Array.from({ length: P }, (_, p) => Array.from({ length: D }, (_, j) => of(p, j)));
  const jac = numbers(found["jacobian"]!);
  return {
    byGradient: grid((p, j) => jac[p * D + j] !== 0),
    byChange: grid((p, j) => flat[(j + 1) * P + p] !== flat[p]),
  };
}

/** Whether parameter p may depend on value j: pixels before, or colours before in the same pixel. */
export function mayDepend({ shape, law }: PixelModel, p: number, j: number): boolean {
  const places = shape[1]! * shape[2]!;
  const [to, from] = [p % places, j % places];
  if (to !== from) return from < to;
  const colour = Math.floor((Math.floor(p / places) * law.colours) / law.params);
  return law.colours > 1 && Math.floor(j / places) < colour;
}

/** [row, column] */
function placeOf({ shape }: PixelModel, at: number): [number, number] {
  const [, height, width] = shape as [number, number, number];
  return [Math.floor(at / width) % height, at % width];
}

export interface PixelLaws {
  /** A model of pictures of this shape. */
  readonly make: (shape: readonly [number, number, number]) => PixelModel;
  /** Shape of the pictures whose every pixel is looked at. @default [C, 5, 6] */
  readonly wide?: readonly [number, number, number];
  /** Shape of pictures that are few enough to count. */
  readonly countable: readonly [number, number, number];
  /** Values of a pixel's channel. @default 2 */
  readonly levels?: number;
  /** Of pixels before another one, by [row, column], whether they are hidden from it. @default not looked at */
  readonly isBlind?: (to: readonly [number, number], from: readonly [number, number]) => boolean;
}

export function describePixelModel(name: string, { make, wide, countable, levels = 2, isBlind }: PixelLaws): void {
  const [channels] = countable;
  const large = make(wide ?? [channels, 5, 6]);
  const small = make(countable);
  const count = levels ** small.dims;
  const pictures = Array.from({ length: count }, (_, i) =>
    Array.from({ length: small.dims }, (_, d) => (Math.floor(i / levels ** d) % levels) / (levels - 1)),
  );
  const indexOf = (picture: readonly number[]): number =>
    picture.reduce((sum, v, d) => sum + Math.round(v * (levels - 1)) * levels ** d, 0);
  /** Exact probabilities of all pictures. */
  const exact = async (store: Store): Promise<number[]> => {
    const { logProb } = await runtime.run(pixelLogProb(small, { n: count }), { store, feeds: rowsOf(small, pictures) });
    return numbers(logProb!).map(Math.exp);
  };

  describe(name, () => {
    it("never lets the future reach the past", async () => {
      const { byGradient, byChange } = await influence(large);
      for (const depends of [byGradient, byChange]) {
        depends.forEach((row, p) =>
          row.forEach((does, j) => {
            if (does && !mayDepend(large, p, j)) expect.fail(`parameter ${p} depends on value ${j}`);
            if (isBlind === undefined || !mayDepend(large, p, j)) return;
            if (does === isBlind(placeOf(large, p), placeOf(large, j)))
              expect.fail(`parameter ${p} ${does ? "sees" : "does not see"} value ${j}`);
          }),
        );
      }
      expect(byGradient.flat().filter(Boolean).length).toBeGreaterThan(large.dims); // it does look at the past
    });

    it("sums to one over all pictures", async () => {
      const total = (await exact(await movedStore(runtime, small))).reduce((a, b) => a + b);
      expect(Math.abs(total - 1)).toBeLessThan(1e-9);
    });

    it("draws from it", async () => {
      const store = await movedStore(runtime, small, 0.4);
      const n = 800;
      const { samples } = await runtime.run(samplePixels(small, { n }), {
        store,
        key: key(6),
        feeds: labels(small, n),
      });
      expectDistributed(split(numbers(samples!), small.dims).map(indexOf), await exact(store));
    });

    it("draws the same pixel by pixel as from whole pictures", async () => {
      const store = await movedStore(runtime, large, 0.3);
      const n = 2;
      const program = (recompute: boolean) =>
        inference(large, { known: { shape: [n], dtype: "i32" }, ...fieldsOf(large, n) }, (batch, scope) => {
          const { x, known, label } = batch as Readonly<Record<string, Tensor>>;
          return { drawn: large.sample(n, { scope, label, given: { x: x!, known: known! }, recompute }) };
        });
      const rows = Array.from(uniformDraws(key(9), n * large.dims));
      const feeds = { known: ndarray([0, 8], [n], "i32"), ...rowsOf(large, split(rows, large.dims)) };
      const run = async (recompute: boolean) =>
        numbers((await runtime.run(program(recompute), { store, feeds, key: key(2) }))["drawn"]!);
      const [fast, slow] = [await run(false), await run(true)];
      expect(new Set(slow).size).toBeGreaterThan(1);
      fast.forEach((v, i) => expect(v).toBeCloseTo(slow[i]!, 9));
    });

    it("completes from what follows, given what is known", async () => {
      const store = await movedStore(runtime, small, 0.4);
      const n = 800;
      const places = small.dims / channels;
      const known = Math.floor(places / 2);
      const start = pictures[count - 1]!;
      const isKnown = (d: number): boolean => d % places < known;
      const given = start.map((v, d) => (isKnown(d) ? v : NaN)); // what is not known may hold anything
      const feeds = {
        ...rowsOf(
          small,
          Array.from({ length: n }, () => given),
        ),
        known: ndarray(new Array<number>(n).fill(known), [n], "i32"),
      };
      const { completed } = await runtime.run(completePixels(small, { n }), { store, key: key(7), feeds });
      const p = (await exact(store)).map((v, i) =>
        pictures[i]!.every((value, d) => !isKnown(d) || value === start[d]) ? v : 0,
      );
      const total = p.reduce((a, b) => a + b);
      expectDistributed(
        split(numbers(completed!), small.dims).map(indexOf),
        p.map((v) => v / total),
      );
    });
  });

  describeModelGradients(name, () => {
    const model = make([channels, 3, 3]);
    const rows = split(Array.from(uniformDraws(key(3), 2 * model.dims)), model.dims);
    const batch = rowsOf(model, rows);
    return { model, batch, loss: (fields, scope) => model.loss(fields as unknown as PixelBatch, scope) };
  });
}

function split(values: readonly number[], size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
}
