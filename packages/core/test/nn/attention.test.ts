import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { attention, writeRows } from "../../src/nn/attention.js";
import { MultiHeadAttention, type KeyValues } from "../../src/nn/multi-head-attention.js";
import {
  LearnedPositions,
  RotaryPositions,
  sinusoidalEmbedding,
  SinusoidalPositions,
  sinusoidalTable,
} from "../../src/nn/positions.js";
import { paths } from "../../src/program/model.js";
import { traceScope } from "../../src/program/scope.js";
import { feed } from "../../src/tensor/inputs.js";
import { concat, constant, full, scalar, type Tensor } from "../../src/tensor/tensor.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const i32 = (values: number[], shape: number[] = [values.length]): Tensor => constant(ndarray(values, shape, "i32"));
const numbers = (array: NdArray | undefined): number[] => [...array!.data].map(Number);
const expectSame = (a: number[], b: number[]): void => {
  expect(a).toHaveLength(b.length);
  a.forEach((v, i) => expect(v).toBeCloseTo(b[i]!, 9));
};
const given = (tensors: Iterable<Tensor>): Map<Tensor, NdArray> =>
  new Map([...tensors].map((t, i) => [t, spread(t.shape, [-1, 1], i)]));

describe("attention", () => {
  it("lets nothing later reach a position, nor anything before its window", () => {
    const [query, key, value] = [feed([1, 1, 6, 4]), feed([1, 1, 6, 4]), feed([1, 1, 6, 2])];
    const y = attention({ query, key, value, causal: true, window: 3 });
    const slopes = Array.from({ length: 6 }, (_, t) => grad(y.slice(2, t, t + 1).sum(), [key, value])).flat();
    const values = valuesOf(slopes, given([query, key, value]));
    for (let t = 0; t < 6; t++) {
      for (const [which, width] of [
        [0, 4],
        [1, 2],
      ] as const) {
        const rows = numbers(values[2 * t + which]);
        for (let s = 0; s < 6; s++) {
          const size = rows.slice(s * width, (s + 1) * width).reduce((sum, v) => sum + Math.abs(v), 0);
          const isSeen = s <= t && s > t - 3;
          if (which === 1) expect(size > 0).toBe(isSeen);
          else if (!isSeen) expect(size).toBe(0);
        }
      }
    }
  });

  it("reads keys in any order and with gaps, when told where they stand", () => {
    const [query, key, value] = [feed([2, 2, 2, 4]), feed([2, 1, 3, 4]), feed([2, 1, 3, 4])];
    const plain = attention({ query, key, value, causal: true });
    const turned = [2, 0, 1];
    const more = (x: Tensor): Tensor => concat([x.gather(i32(turned), 2), full([2, 1, 1, 4], 7)], 2);
    const moved = attention({
      query,
      key: more(key),
      value: more(value),
      causal: true,
      positions: i32([1, 2, 1, 2], [2, 2]),
      keyPositions: i32([...turned, -1]),
    });
    const [a, b] = valuesOf([plain, moved], given([query, key, value])).map(numbers);
    expectSame(a!, b!);
  });

  it("says what does not fit", () => {
    const [query, key] = [feed([2, 3, 4, 8]), feed([2, 2, 4, 8])];
    expect(() => attention({ query, key, value: key })).toThrow("G dividing H, got [2, 3, 4, 8]");
    const options = { query: key, key, value: key };
    expect(() => attention({ ...options, window: 2 })).toThrow("a window ≥ 1 beside causal, got 2");
    expect(() => attention({ ...options, positions: i32([0, 1, 2, 3]) })).toThrow("beside causal only");
    expect(() => attention({ ...options, keyMask: feed([2, 3], "bool") })).toThrow(
      "bool[2, 4] as keyMask, got bool[2, 3]",
    );
    expect(() => new MultiHeadAttention({ features: 6, heads: 4 })).toThrow("heads that divide 6 features");
  });
});

describe("a cache of keys and values", () => {
  it.each([
    ["plain", {}],
    ["a window", { window: 3 }],
    ["shared heads, rotary, normalised", { keyHeads: 2, rotary: { length: 16 }, normalise: true }],
  ])("gives what the whole sequence gives, in steps of any size: %s", (_, options) => {
    const layer = new MultiHeadAttention({ features: 8, heads: 4, causal: true, ...options });
    const x = feed([2, 7, 8]);
    const shape = layer.cacheShape(2, 9);
    let cache: KeyValues = { keys: full(shape, 5), values: full(shape, 5) }; // what was there before is never seen
    const parts = [3, 1, 2, 1];
    let start = 0;
    const ys = parts.map((count) => {
      const { y, ...next } = layer.extend(x.slice(1, start, start + count), cache, { start: i32([start], []) });
      cache = next;
      start += count;
      return y;
    });
    const [whole, stepped] = valuesOf([layer.forward(x), concat(ys, 1)], given([x, ...paths(layer).values()])).map(
      numbers,
    );
    expectSame(whole!, stepped!);
  });

  it.each([
    ["plain", {}],
    ["a window, rotary", { window: 2, keyHeads: 2, rotary: { length: 16 } }],
  ])(
    "gives rows with blanks before them what they give alone, in a cache, before another and behind one that grows: %s",
    (_, options) => {
      const layer = new MultiHeadAttention({ features: 8, heads: 4, causal: true, ...options });
      const x = feed([1, 4, 8]);
      const other = feed([1, 6, 8]);
      const both = concat([concat([full([1, 2, 8], 3), x], 1), other], 0); // two blank places before the shorter row
      const blank = i32([2, 0]);
      const shape = layer.cacheShape(2, 7);
      const empty = { keys: full(shape, 5), values: full(shape, 5) };
      const first = layer.extend(both.slice(1, 0, 4), empty, { start: i32([0], []), blank });
      const second = layer.extend(both.slice(1, 4), first, { start: i32([4], []), blank });
      const small = layer.cacheShape(2, 3);
      const apartCache = { keys: full(small, -4), values: full(small, -4) };
      const before = { keys: first.keys, values: first.values, count: i32([4], []) };
      const third = layer.extend(both.slice(1, 4), apartCache, { start: i32([0], []), blank, before });
      const none = layer.cacheShape(2, 0);
      const start = layer.append(
        both.slice(1, 0, 4),
        { keys: full(none, 0), values: full(none, 0) },
        { positions: i32([0, 0, 0, 1, 0, 1, 2, 3], [2, 4]), keyPositions: i32([-1, -1, 0, 1, 0, 1, 2, 3], [2, 4]) },
      );
      const more = layer.append(both.slice(1, 4), start, {
        positions: i32([2, 3, 4, 5], [2, 2]),
        keyPositions: i32([-1, -1, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5], [2, 6]),
      });
      const ends = (y: Tensor): Tensor => y.slice(1, y.shape[1]! - 2);
      const [alone, apart, cached, continued, grown] = valuesOf(
        [ends(layer.forward(x)), ends(layer.forward(other)), second.y, third.y, more.y],
        given([x, other, ...paths(layer).values()]),
      ).map(numbers);
      expectSame(cached!, [...alone!, ...apart!]);
      expectSame(continued!, [...alone!, ...apart!]);
      expectSame(grown!, [...alone!, ...apart!]);
    },
  );

  it("leaves weights out in training only", () => {
    const layer = new MultiHeadAttention({ features: 4, heads: 2, causal: true, dropout: 0.5 });
    const x = feed([1, 3, 4]);
    const scope = traceScope("train", scalar(7n, "u64"));
    const results = [layer.forward(x), layer.forward(x, traceScope("eval")), layer.forward(x, scope)];
    const [plain, evaluated, trained] = valuesOf(results, given([x, ...paths(layer).values()])).map(numbers);
    expectSame(plain!, evaluated!);
    expect(trained).not.toEqual(plain);
  });

  it("takes rows at a position that is known only at run time", () => {
    const [cache, rows, start] = [feed([2, 4, 1]), feed([2, 2, 1]), feed([], "i32")];
    const at = (position: number): number[] =>
      numbers(
        valuesOf(
          [writeRows(cache, rows, start)],
          new Map<Tensor, NdArray>([
            [cache, ndarray([1, 2, 3, 4, 5, 6, 7, 8], [2, 4, 1])],
            [rows, ndarray([-1, -2, -3, -4], [2, 2, 1])],
            [start, ndarray([position], [], "i32")],
          ]),
        )[0],
      );
    expect(at(0)).toEqual([-1, -2, 3, 4, -3, -4, 7, 8]);
    expect(at(2)).toEqual([1, 2, -1, -2, 5, 6, -3, -4]);
    expect(at(3)).toEqual([1, 2, 3, -1, 5, 6, 7, -3]);
    expect(() => writeRows(cache, feed([2, 5, 1]), start)).toThrow("T ≤ S");
    const full3 = new MultiHeadAttention({ features: 4, heads: 2 });
    const empty = full(full3.cacheShape(1, 3), 0);
    expect(() => full3.extend(feed([1, 1, 4]), { keys: empty, values: empty }, { start })).toThrow("a causal layer");
  });
});

describe("positions", () => {
  it("turned ones depend on distances alone, and keep lengths", () => {
    const rotary = new RotaryPositions({ length: 20, features: 4 });
    const [q, k] = [feed([1, 1, 1, 4]), feed([1, 1, 1, 4])];
    const product = (i: number, j: number): Tensor =>
      rotary
        .forward(q, i32([i]))
        .mul(rotary.forward(k, i32([j])))
        .sum();
    const [a, b, c, length, same] = valuesOf(
      [
        product(3, 1),
        product(17, 15),
        product(5, 1),
        rotary
          .forward(q, i32([9]))
          .square()
          .sum(),
        q.square().sum(),
      ],
      given([q, k]),
    ).map((v) => numbers(v)[0]!) as [number, number, number, number, number];
    expect(a).toBeCloseTo(b, 6);
    expect(Math.abs(a - c)).toBeGreaterThan(1e-3);
    expect(length).toBeCloseTo(same, 6);
  });

  it("waves and learned rows are added, at their places or at given ones", () => {
    const table = numbers(sinusoidalTable({ length: 5, features: 4, base: 100 }));
    expectSame(
      table.slice(8, 12).map(Math.fround),
      [Math.sin(2), Math.sin(0.2), Math.cos(2), Math.cos(0.2)].map(Math.fround),
    );
    const x = feed([1, 2, 4]);
    const waves = new SinusoidalPositions({ length: 5, features: 4, base: 100 });
    const learned = new LearnedPositions({ length: 5, features: 4 });
    const rows = [waves, learned].flatMap((layer) => [
      layer.forward(x).sub(x),
      layer.forward(x, undefined, i32([3, 2], [1, 2])).sub(x),
    ]);
    const weight = spread([5, 4]);
    const [a, b, c, d] = valuesOf(
      rows,
      new Map([
        [x, spread([1, 2, 4])],
        [learned.weight, weight],
      ]),
    ).map(numbers);
    expectSame(a!, table.slice(0, 8));
    expectSame(b!, [...table.slice(12, 16), ...table.slice(8, 12)]);
    expectSame(c!, numbers(weight).slice(0, 8));
    expectSame(d!, [...numbers(weight).slice(12, 16), ...numbers(weight).slice(8, 12)]);
    const t = constant(ndarray([4, 1.5], [2]));
    const [embedded] = valuesOf([sinusoidalEmbedding(t, { features: 4, base: 100 })]).map(numbers);
    const wanted = [...table.slice(16), Math.sin(1.5), Math.sin(0.15), Math.cos(1.5), Math.cos(0.15)];
    embedded!.forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 6)); // rates and table are f32
    expect(() => waves.forward(feed([1, 6, 4]))).toThrow("at most 5 positions, got 6");
    expect(() => learned.forward(feed([1, 6, 3]))).toThrow("expected [… T, 4]");
    expect(() => sinusoidalTable({ length: 5, features: 3 })).toThrow("an even count of features, got 3");
  });
});
