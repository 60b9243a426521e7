/** @file What is true of every language model: it cannot see ahead, and its memory changes nothing. */
import { concat, constant, full, inference, ndarray, scalar, type Model, type NdArray, type Tensor } from "@gen/core";
import { describeModelGradients, runReference, startReference } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { textLoss, type LanguageModel } from "../../src/index.js";

type Trained = LanguageModel & Model;

/** Tokens [n, t], as good as any others. */
export function someTokens({ vocabulary }: LanguageModel, n: number, t: number): NdArray {
  return ndarray(
    Int32Array.from({ length: n * t }, (_, i) => (i * i * 7 + 3 * i + 1) % vocabulary),
    [n, t],
    "i32",
  );
}

const i32 = (values: number[], shape: number[] = [values.length]): Tensor => constant(ndarray(values, shape, "i32"));

/** The outputs of a body in float64, parameters well away from where they start. */
export function evaluated(
  model: Model,
  tokens: NdArray,
  body: (tokens: Tensor) => Record<string, Tensor>,
): Record<string, NdArray> {
  const program = inference(model, { tokens: { shape: tokens.shape, dtype: "i32" } }, ({ tokens: x }) => body(x));
  const store = startReference(program, 3);
  for (const [name, array] of store) {
    const moved = (array.data as Float64Array).map((v, i) => v + 0.3 * Math.sin(1.7 * i + name.length));
    store.set(name, ndarray(moved, array.shape, "f64"));
  }
  return runReference(program, { store, feeds: { tokens } });
}

const memoryOf = (model: LanguageModel, n: number, places: number): Tensor[] =>
  model.memory(n, places).map(({ shape, dtype }) => full(shape, 0, dtype));

const quiet = { mode: "eval" } as never;

export function describeLanguageModel(name: string, make: () => Trained, length = 9): void {
  describe(`${name} as a language model`, () => {
    it("never lets the future reach the past", () => {
      const model = make();
      const [a, b] = [someTokens(model, 1, length), someTokens(model, 1, length)];
      const at = 5;
      (b.data as Int32Array)[at] = ((b.data[at] as number) + 1) % model.vocabulary;
      const [x, y] = [a, b].map(
        (tokens) => evaluated(model, tokens, (t) => ({ l: model.logits(t, quiet) }))["l"]!.data,
      );
      const v = model.vocabulary;
      expect([...x!.slice(0, at * v)]).toEqual([...y!.slice(0, at * v)]);
      expect([...x!.slice(at * v, (at + 1) * v)]).not.toEqual([...y!.slice(at * v, (at + 1) * v)]);
    });

    it("gives what it gives at once when it reads in steps, also behind blanks", () => {
      const model = make();
      const tokens = someTokens(model, 2, length);
      const { whole, stepped, padded } = evaluated(model, tokens, (x) => {
        let memory: readonly Tensor[] = memoryOf(model, 2, length + 2);
        const parts: Tensor[] = [];
        for (const [from, to] of [
          [0, 4],
          [4, 5],
          [5, 7],
          [7, length],
        ] as const) {
          const next = model.extend(x.slice(1, from, to), memory, { start: scalar(from, "i32") });
          parts.push(next.logits);
          memory = next.memory;
        }
        const blank = i32([2, 0]);
        const shorter = x.slice(1, 0, length - 2);
        const rows = [shorter.slice(0, 0, 1).pad([0, 2], [0, 0]), x.slice(0, 1)];
        const behind = model.extend(concat(rows, 0), memoryOf(model, 2, length + 2), {
          start: scalar(0, "i32"),
          blank,
        });
        return {
          whole: model.logits(x, quiet),
          stepped: concat(parts, 1),
          padded: concat(
            [behind.logits.slice(0, 0, 1).slice(1, 2).pad([0, 0, 0], [0, 2, 0]), behind.logits.slice(0, 1)],
            0,
          ),
        };
      });
      whole!.data.forEach((value, i) => expect(Number(stepped!.data[i])).toBeCloseTo(Number(value), 9));
      const v = model.vocabulary;
      for (let t = 0; t < length - 2; t++) {
        for (let k = 0; k < v; k++)
          expect(Number(padded!.data[t * v + k])).toBeCloseTo(Number(whole!.data[t * v + k]), 9);
      }
      const second = length * v;
      for (let i = second; i < 2 * second; i++) expect(Number(padded!.data[i])).toBeCloseTo(Number(whole!.data[i]), 9);
    });
  });
  describeModelGradients(name, () => {
    const model = make();
    return {
      model,
      batch: { x: someTokens(model, 2, length) },
      loss: ({ x }, scope) => textLoss(model, { x: x! }, scope),
    };
  });
}
