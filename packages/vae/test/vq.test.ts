import {
  feed,
  grad,
  inference,
  isGenError,
  key,
  ndarray,
  program,
  paths,
  reference,
  split,
  traceScope,
  uniformDraws,
  type Mode,
  type NdArray,
  type Program,
  type Store,
} from "@gen/core";
import { scalarKey, valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { codePerplexity, ResidualQuantizer, VectorQuantizer, type Quantizer } from "../src/index.js";

const runtime = reference();
const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);
const grid = (shape: readonly number[], seed = 0): NdArray =>
  ndarray(
    uniformDraws(
      key(seed),
      shape.reduce((a, b) => a * b),
    ).map((u) => 2 * u - 1),
    shape,
  );

/** Results of the reference as what one feeds. */
const single = (array: NdArray): NdArray => ndarray(numbers(array), array.shape);

/** A program that quantizes a grid and, in training, lets the codebook follow. */
function quantizing(quantizer: Quantizer, shape: readonly number[], mode: Mode = "eval"): Program {
  const [h, scope] = [feed(shape), traceScope(mode)];
  const outputs = { ...quantizer.quantize(h, scope) };
  const names = new Map([...paths(quantizer)].map(([name, { node }]) => [node, name]));
  const writes = new Map([...scope.writes.values()].map(({ state, next }) => [names.get(state.node)!, next]));
  return program({ states: paths(quantizer), feeds: { h }, key: scope.key, outputs, writes });
}

/** What quantizing gives, with numbers of one's own in the store. */
async function start(quantizer: Quantizer, values: Readonly<Record<string, NdArray>> = {}): Promise<Store> {
  const store = await runtime.init(quantizer, { key: key(3) });
  for (const [name, value] of Object.entries(values)) await store.write(name, value);
  return store;
}

const SHAPE = [3, 2, 2, 2]; //    [N, D, h, w]: 12 vectors of 2 numbers
const vectorsOf = (h: NdArray, [n, d, a, b] = h.shape as [number, number, number, number]): number[][] =>
  Array.from({ length: n * a * b }, (_, i) => {
    const [row, place] = [Math.floor(i / (a * b)), i % (a * b)];
    return Array.from({ length: d }, (_, f) => Number(h.data[(row * d + f) * a * b + place]));
  });

describe("VectorQuantizer", () => {
  const options = { codes: 5, features: 2 };

  it("takes the nearest code, and gives it to the bit", async () => {
    const quantizer = new VectorQuantizer(options);
    const [h, codebook] = [grid(SHAPE), grid([5, 2], 1)];
    const store = await start(quantizer, { codebook });
    const { y, codes } = await runtime.run(quantizing(quantizer, SHAPE), { store, feeds: { h } });
    const table = Array.from({ length: 5 }, (_, k) => numbers(codebook).slice(2 * k, 2 * k + 2));
    const wanted = vectorsOf(h).map((v) => {
      const distances = table.map((e) => (e[0]! - v[0]!) ** 2 + (e[1]! - v[1]!) ** 2);
      return distances.indexOf(Math.min(...distances));
    });
    expect(codes!.shape).toEqual([3, 1, 2, 2]);
    expect(numbers(codes!)).toEqual(wanted);
    expect(vectorsOf(y!)).toEqual(wanted.map((k) => table[k]));
  });

  it("is idempotent, and its codes stand for their vectors", async () => {
    const quantizer = new VectorQuantizer(options);
    const store = await start(quantizer, { codebook: grid([5, 2], 1) });
    const once = await runtime.run(quantizing(quantizer, SHAPE), { store, feeds: { h: grid(SHAPE) } });
    const twice = await runtime.run(quantizing(quantizer, SHAPE), { store, feeds: { h: single(once["y"]!) } });
    expect(twice["codes"]).toEqual(once["codes"]);
    expect(twice["y"]).toEqual(once["y"]);
    expect(numbers(twice["loss"]!)).toEqual([0, 0, 0]);
    const embedding = inference(quantizer, { codes: { shape: [3, 1, 2, 2], dtype: "i32" } }, ({ codes }, scope) => ({
      y: quantizer.embed(codes, scope),
    }));
    expect(await runtime.run(embedding, { store, feeds: { codes: once["codes"]! } })).toEqual({ y: once["y"] });
  });

  it("hands gradients through unchanged, and pulls with the slope of its loss", () => {
    const quantizer = new VectorQuantizer({ ...options, codebook: "gradient", commitment: 0.5 });
    const [h, c] = [feed(SHAPE), feed(SHAPE)];
    const [values, codebook, weights] = [grid(SHAPE), grid([5, 2], 1), grid(SHAPE, 2)];
    const found = quantizer.quantize(h, traceScope("eval"));
    const given = new Map([
      [h, values],
      [c, weights],
      [quantizer.codebook, codebook],
    ]);
    const through = grad(found.y.mul(c).sum(), [h])[0]!;
    const [toH, toE] = grad(found.loss.sum(), [h, quantizer.codebook]) as [typeof h, typeof h];
    const [passed, pull, drift, y, codes] = valuesOf([through, toH, toE, found.y, found.codes], given);
    expect(numbers(passed!)).toEqual(numbers(weights));
    // The loss of a row is a mean over 8 numbers.
    numbers(pull!).forEach((g, i) =>
      expect(g).toBeCloseTo((2 * 0.5 * (Number(values.data[i]) - numbers(y!)[i]!)) / 8, 12),
    );
    const own = new Array<number>(10).fill(0);
    vectorsOf(values).forEach((v, i) =>
      v.forEach((x, f) => {
        const k = numbers(codes!)[i]!;
        own[2 * k + f]! += (2 * (Number(codebook.data[2 * k + f]) - x)) / 8;
      }),
    );
    numbers(drift!).forEach((g, i) => expect(g).toBeCloseTo(own[i]!, 12));
  });

  it("follows what is assigned to it by running means, smoothed", async () => {
    const quantizer = new VectorQuantizer({ ...options, decay: 0.8, restart: 0 });
    const [h, codebook, counts, sums] = [grid(SHAPE), grid([5, 2], 1), grid([5], 4), grid([5, 2], 5)];
    counts.data.forEach((v, i) => (counts.data[i] = Number(v) + 2));
    const store = await start(quantizer, { codebook, counts, sums });
    const { codes } = await runtime.run(quantizing(quantizer, SHAPE, "train"), { store, feeds: { h } });
    const N = numbers(counts).map((v) => 0.8 * v);
    const m = numbers(sums).map((v) => 0.8 * v);
    vectorsOf(h).forEach((v, i) => {
      const k = numbers(codes!)[i]!;
      N[k]! += 0.2;
      v.forEach((x, f) => (m[2 * k + f]! += 0.2 * x));
    });
    const total = N.reduce((a, b) => a + b);
    const smooth = N.map((v) => ((v + 1e-5) / (total + 5e-5)) * total);
    const after = await store.readAll();
    numbers(after["counts"]!).forEach((v, k) => expect(v).toBeCloseTo(N[k]!, 6));
    numbers(after["sums"]!).forEach((v, i) => expect(v).toBeCloseTo(m[i]!, 6));
    numbers(after["codebook"]!).forEach((v, i) => expect(v).toBeCloseTo(m[i]! / smooth[Math.floor(i / 2)]!, 6));
  });

  it("moves dead codes to vectors of the batch, by a key, and leaves the living", async () => {
    const quantizer = new VectorQuantizer({ ...options, restart: 0.5 });
    const store = await start(quantizer, { codebook: ndarray(new Array<number>(10).fill(9), [5, 2]) }); // one takes all
    const h = grid(SHAPE);
    const train = quantizing(quantizer, SHAPE, "train");
    await runtime.run(train, { store, feeds: { h }, key: key(1) });
    const all = vectorsOf(h).map((v) => v.map((x) => x.toFixed(2)).join());
    const first = await store.read("codebook");
    const codesOf = (table: NdArray): string[] =>
      Array.from({ length: 5 }, (_, k) => [0, 1].map((f) => Number(table.data[2 * k + f]).toFixed(2)).join());
    const moved = codesOf(first).filter((code) => all.includes(code));
    expect(moved.length).toBe(4); //      all but the one that was nearest
    expect(new Set(moved).size).toBe(moved.length); //       no two alike
    // One code far away from everything is dead; those in use stay near.
    const far = ndarray([9, 9, ...numbers(first).slice(2)], [5, 2]);
    await store.write("codebook", far);
    await store.write("counts", ndarray([0, 3, 3, 3, 3], [5]));
    await store.write(
      "sums",
      ndarray(
        [
          0,
          0,
          ...numbers(first)
            .slice(2)
            .map((v) => 3 * v),
        ],
        [5, 2],
      ),
    );
    const before = { ...(await store.readAll()) };
    const again = async (seed: number): Promise<string[]> => {
      for (const [name, value] of Object.entries(before)) await store.write(name, value);
      await runtime.run(train, { store, feeds: { h }, key: key(seed) });
      return codesOf(await store.read("codebook"));
    };
    const [a, same, b] = [await again(2), await again(2), await again(5)];
    expect(same).toEqual(a);
    expect(all).toContain(a[0]);
    expect(all).toContain(b[0]);
    expect(b[0]).not.toBe(a[0]);
    expect(b.slice(1)).toEqual(a.slice(1));
  });

  it("writes nothing and needs no key unless it trains", () => {
    const quantizer = new VectorQuantizer(options);
    expect(quantizing(quantizer, SHAPE).writes.size).toBe(0);
    expect(quantizing(quantizer, SHAPE).usesKey).toBe(false);
    expect([...quantizing(quantizer, SHAPE, "train").writes.keys()].sort()).toEqual(["codebook", "counts", "sums"]);
  });

  it("counts the codes in use: between 1 and K", async () => {
    const quantizer = new VectorQuantizer({ codes: 4, features: 1 });
    const store = await start(quantizer, { codebook: ndarray([0, 1, 2, 3], [4, 1]) });
    const perplexity = async (values: number[]): Promise<number> => {
      const h = ndarray(values, [values.length, 1]);
      const { perplexity, codes } = await runtime.run(quantizing(quantizer, h.shape), { store, feeds: { h } });
      expect(codePerplexity(codes!, 4)).toBeCloseTo(numbers(perplexity!)[0]!, 6);
      return numbers(perplexity!)[0]!;
    };
    expect(await perplexity([0, 0, 0.2])).toBeCloseTo(1, 12);
    expect(await perplexity([0, 1, 2, 3])).toBeCloseTo(4, 6);
    expect(await perplexity([0, 0, 3, 3])).toBeCloseTo(2, 6);
    expect(await perplexity([0, 0, 0, 3])).toBeCloseTo(4 / 3 ** 0.75, 6);
  });

  it("refuses what cannot be", () => {
    expect(() => new VectorQuantizer({ codes: 0 })).toThrow("codes ≥ 1, got 0");
    expect(() => new VectorQuantizer({ features: 1.5 })).toThrow("features ≥ 1, got 1.5");
    expect(() => new VectorQuantizer({ commitment: NaN })).toThrow("commitment ≥ 0, got NaN");
    expect(() => new VectorQuantizer({ decay: 1 })).toThrow("decay in [0, 1), got 1");
    expect(() => new VectorQuantizer({ restart: -1 })).toThrow("restart in [0, 1), got -1");
    expect(() => new VectorQuantizer({ codebook: "gradient", decay: 0.9 })).toThrow("no decay or restart");
    expect(() => new VectorQuantizer({ codebook: "mean" as "ema" })).toThrow('ema or gradient, got "mean"');
    const quantizer = new VectorQuantizer(options);
    expect(() => quantizer.quantize(feed([3, 4, 2]), traceScope("eval"))).toThrow("expected [N, 2, …], got [3, 4, 2]");
    expect(() => quantizer.embed(feed([3, 2, 2], "i32"), traceScope("eval"))).toThrow("expected codes [N, 1, …]");
    expect(() => codePerplexity(ndarray([0, 4], [2], "i32"), 4)).toThrow("codes in [0, 4), got 4");
    expect(() => codePerplexity(ndarray([], [0], "i32"), 4)).toThrow("got none");
    try {
      new VectorQuantizer({ codes: -1 });
    } catch (error) {
      expect(isGenError(error) && error.code).toBe("range");
    }
  });
});

describe("ResidualQuantizer", () => {
  const books = (levels: number): Record<string, NdArray> =>
    Object.fromEntries(
      Array.from({ length: levels }, (_, l) => {
        const table = grid([6, 2], 10 + l);
        // each level finer than the one before, with a code that changes nothing
        table.data.forEach((v, i) => (table.data[i] = i < 2 ? 0 : Number(v) / 3 ** l));
        return [`stages.${l}.codebook`, table];
      }),
    );

  it("codes what is left over, level by level, and sums up", async () => {
    const quantizer = new ResidualQuantizer({ levels: 3, codes: 6, features: 2 });
    const store = await start(quantizer, books(3));
    const h = grid(SHAPE);
    const { y, codes, perplexity } = await runtime.run(quantizing(quantizer, SHAPE), { store, feeds: { h } });
    expect(codes!.shape).toEqual([3, 3, 2, 2]);
    expect(perplexity!.shape).toEqual([3]);
    const errors: number[] = [];
    for (const levels of [1, 2, 3]) {
      const program = inference(quantizer, { codes: { shape: [3, levels, 2, 2], dtype: "i32" } }, (feeds, scope) => ({
        y: quantizer.embed(feeds.codes, scope),
      }));
      const part = numbers(codes!).filter((_, i) => Math.floor(i / 4) % 3 < levels);
      const embedded = await runtime.run(program, { store, feeds: { codes: ndarray(part, [3, levels, 2, 2], "i32") } });
      const differences = numbers(embedded["y"]!).map((v, i) => (v - Number(h.data[i])) ** 2);
      errors.push(differences.reduce((a, b) => a + b));
      if (levels === 3) numbers(embedded["y"]!).forEach((v, i) => expect(v).toBeCloseTo(numbers(y!)[i]!, 12));
    }
    expect(errors[1]).toBeLessThan(errors[0]!); //  a code that is zero cannot make it worse, others make it better
    expect(errors[2]).toBeLessThan(errors[1]!);
  });

  it("of one level is a plain quantizer", () => {
    const [one, plain] = [
      new ResidualQuantizer({ levels: 1, codes: 5, features: 2 }),
      new VectorQuantizer({ codes: 5, features: 2 }),
    ];
    const [h, codebook] = [feed(SHAPE), grid([5, 2], 1)];
    const of = (quantizer: Quantizer, table: typeof h): NdArray[] => {
      const { y, codes, loss, perplexity } = quantizer.quantize(h, traceScope("eval"));
      const slope = grad(loss.sum().add(y.square().sum()), [h])[0]!;
      const given = new Map([
        [h, grid(SHAPE)],
        [table, codebook],
      ]);
      return valuesOf([y, codes, loss, perplexity, slope], given);
    };
    expect(of(one, one.stages[0]!.codebook)).toEqual(of(plain, plain.codebook));
  });

  it("hands gradients through unchanged", () => {
    const quantizer = new ResidualQuantizer({ levels: 2, codes: 6, features: 2, codebook: "gradient" });
    const [h, c] = [feed(SHAPE), feed(SHAPE)];
    const scope = traceScope("train", feed([], "u64"));
    const through = grad(quantizer.quantize(h, scope).y.mul(c).sum(), [h])[0]!;
    const tables = Object.values(books(2));
    const given = new Map([
      [h, grid(SHAPE)],
      [c, grid(SHAPE, 2)],
      [scope.key!, scalarKey(split(key(0), 0))],
      ...quantizer.stages.map((stage, l) => [stage.codebook, tables[l]!] as const),
    ]);
    expect(numbers(valuesOf([through], given)[0]!)).toEqual(numbers(grid(SHAPE, 2)));
  });

  it("refuses what cannot be", () => {
    expect(() => new ResidualQuantizer({ levels: 0 })).toThrow("levels ≥ 1, got 0");
    const quantizer = new ResidualQuantizer({ levels: 2, codes: 4, features: 2 });
    expect(() => quantizer.embed(feed([3, 3, 2], "i32"), traceScope("eval"))).toThrow("expected codes [N, 1 to 2, …]");
  });
});
