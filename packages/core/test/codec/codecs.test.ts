import { describe, expect, it } from "vitest";
import {
  arrays,
  feed,
  grad,
  isGenError,
  key,
  ndarray,
  paths,
  reference,
  traceScope,
  uniformDraws,
  type NdArray,
  type Tensor,
} from "../../src/index.js";
import {
  Affine,
  Binarise,
  Chain,
  codecOf,
  Dequantise,
  exampleRows,
  fitStandardise,
  Intensities,
  Logit,
  Standardise,
  Table,
  type Codec,
  type Column,
  type Noise,
} from "../../src/codec.js";
import { valuesOf } from "../../src/testing/run-reference.js";
import { thereAndBack } from "./rows.js";

const wide = ({ data, shape }: NdArray): NdArray => ndarray(Float64Array.from(data as Float32Array), shape, "f64");
const numbers = ({ data }: NdArray): number[] => Array.from(data as Float32Array, Number);
const real = (name: string, mean: number, std: number) =>
  ({ name, kind: "real", gaps: false, rounding: 0, low: -9, high: 9, mean, std }) as const;
const standardise = (d: number): Standardise =>
  new Standardise({ shape: [d], mean: ndarray([0.5]), std: ndarray([0.25]) });

async function run(codec: Codec, x: NdArray, seed = 1) {
  const runtime = reference();
  const program = thereAndBack(codec, x);
  const store = await runtime.init({ codec }, { key: key(0) });
  const out = await runtime.run(program, { store, feeds: { x }, ...(program.usesKey ? { key: key(seed) } : {}) });
  return { y: numbers(out["y"]!), logDet: numbers(out["logDet"]!), back: numbers(out["back"]!) };
}

describe.each<[name: string, codec: Codec]>([
  ["Affine", new Affine({ shape: [5], scale: -2, shift: 0.3 })],
  ["Standardise", standardise(5)],
  ["Logit", new Logit({ shape: [5], lambda: 0.01 })],
  ["Logit with a small λ", new Logit({ shape: [5] })],
  ["Intensities", new Intensities({ shape: [5] })],
  ["Table of real columns", new Table({ columns: [0, 1, 2, 3, 4].map((i) => real(`c${i}`, i, 0.1 + i)) })],
  ["Chain", new Chain([new Affine({ shape: [5], scale: 0.5, shift: 0.2 }), new Logit({ shape: [5] }), standardise(5)])],
])("%s", (_, codec) => {
  const n = 7;
  const x = ndarray(uniformDraws(key(3), n * 5), [n, 5]);

  it("undoes itself to 1e-6", async () => {
    const { back } = await run(codec, x);
    back.forEach((value, i) => expect(Math.abs(value - Number(x.data[i]))).toBeLessThan(1e-6));
  });

  it("has the log-determinant that autodiff measures", () => {
    const input = feed([n, 5]);
    const { y, logDet } = codec.encode(input, traceScope("eval"));
    const given = new Map<Tensor, NdArray>([[input, wide(x)]]);
    for (const [, tensor] of paths(codec)) {
      const { init } = tensor.node.attrs as unknown as { init: { value: NdArray } };
      given.set(tensor, wide(init.value));
    }
    const rows = Array.from({ length: 5 }, (__, i) => grad(y.slice(1, i, i + 1).sum(), [input])[0]!);
    const [wanted, ...jacobian] = valuesOf([logDet, ...rows], given);
    for (let r = 0; r < n; r++) {
      const matrix = jacobian.map((row) => numbers(row).slice(r * 5, r * 5 + 5));
      expect(Math.abs(numbers(wanted!)[r]! - logDeterminant(matrix))).toBeLessThan(1e-9);
    }
  });

  it("comes back from its card", async () => {
    const { spec } = codec.describe();
    const again = codecOf(JSON.parse(JSON.stringify(spec)));
    expect(again.describe()).toEqual(codec.describe());
    expect(await run(again, x)).toEqual(await run(codec, x));
  });
});

/** log |det| by elimination with pivots. */
function logDeterminant(matrix: readonly (readonly number[])[]): number {
  const m = matrix.map((row) => [...row]);
  let log = 0;
  for (let k = 0; k < m.length; k++) {
    const pivot = m.slice(k).reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(m[best]![k]!) ? k + i : best), k);
    [m[k], m[pivot]] = [m[pivot]!, m[k]!];
    log += Math.log(Math.abs(m[k]![k]!));
    for (let i = k + 1; i < m.length; i++) {
      const factor = m[i]![k]! / m[k]![k]!;
      for (let j = k; j < m.length; j++) m[i]![j]! -= factor * m[k]![j]!;
    }
  }
  return log;
}

describe("Dequantise", () => {
  const levels = ndarray(
    Uint8Array.from({ length: 512 }, (_, i) => i >> 1),
    [2, 1, 16, 16],
    "u8",
  );

  it("takes bytes and intensities alike, and gives intensities of the same bytes", async () => {
    const codec = new Dequantise({ shape: [1, 16, 16] });
    const a = await run(codec, levels);
    const b = await run(
      codec,
      ndarray(
        Float32Array.from(levels.data as Uint8Array, (v) => v / 255),
        levels.shape,
      ),
    );
    expect(a).toEqual(b);
    expect(a.back.map((v) => Math.round(v * 255))).toEqual(numbers(levels));
    a.back.forEach((v, i) => expect(v).toBe(Number(levels.data[i]) / 255));
    expect(a.y.every((v) => v > 0 && v < 1)).toBe(true);
  });

  it("gives an even density the probability of its level", async () => {
    const { logDet } = await run(new Dequantise({ shape: [1, 16, 16] }), levels); //  p(y) = 1 on (0, 1): P = 256^−D
    logDet.forEach((d) => expect(Math.abs(d + 256 * Math.log(256))).toBeLessThan(256 * 1.3e-4));
    logDet.forEach((d) => expect(d).toBeLessThan(-256 * Math.log(256)));
  });

  it("has fewer levels when asked", async () => {
    const { back, y } = await run(new Dequantise({ shape: [1, 16, 16], levels: 8, noise: "none" }), levels);
    expect(new Set(back).size).toBe(8);
    expect([...new Set(y)]).toEqual([1, 3, 5, 7, 9, 11, 13, 15].map((k) => k / 16));
  });

  it("takes learned noise, whose log q counts", async () => {
    const shape = [1, 2, 2];
    // u = v² for an even v: q(u) = 1/(2√u), and E[−log q] = log 2 + E[log v] = log 2 − 1 a pixel.
    const noise: Noise = {
      draw: (x, scope) => {
        const v = new Dequantise({ shape, levels: 2 }).encode(x.mul(0), scope).y.mul(2); // (0, 1)
        return { u: v.square(), logProb: v.mul(2).log().neg().sum([1, 2, 3]) };
      },
    };
    const codec = new Dequantise({ shape, noise });
    const n = 2_000;
    const { logDet } = await run(codec, ndarray(new Uint8Array(4 * n).fill(9), [n, ...shape], "u8"));
    const mean = logDet.reduce((sum, d) => sum + d / 4 + Math.log(256), 0) / n;
    expect(Math.abs(mean - (Math.LN2 - 1))).toBeLessThan(0.05);
    expect(codec.describe().spec).toMatchObject({ noise: "given" });
    expect(() => codecOf(codec.describe().spec)).toThrow("expected the learned noise");
    expect(codecOf(codec.describe().spec, { noise }).describe()).toEqual(codec.describe());
  });

  it("refuses intensities outside [0, 1] with row and number", () => {
    const codec = new Chain([new Dequantise({ shape: [2] }), new Logit({ shape: [2] })]);
    expect(() => codec.check(ndarray([0, 1, 0.5, NaN], [2, 2]), { first: 10 })).toThrow(
      "pictures: row 11, number 1: expected an intensity in [0, 1], got NaN",
    );
    codec.check(ndarray([0, 255], [1, 2], "u8"));
  });
});

describe("Binarise", () => {
  it("takes pictures as black and white, and gives back those that were", async () => {
    const codec = new Binarise({ shape: [4], threshold: 0.6 });
    const { y, back, logDet } = await run(codec, ndarray([0, 0.59, 0.6, 1], [1, 4]));
    expect([y, back, logDet]).toEqual([[0, 0, 1, 1], [0, 0, 1, 1], [0]]);
    expect((await run(codec, ndarray([0, 152, 153, 255], [1, 4], "u8"))).y).toEqual([0, 0, 1, 1]);
    expect(codecOf(codec.describe().spec).describe()).toEqual(codec.describe());
    expect(() => new Binarise({ shape: [4], threshold: 0 })).toThrow("expected a threshold in (0, 1], got 0");
  });
});

describe.each([
  ["Intensities", new Intensities({ shape: [3] }), 0],
  ["Binarise", new Binarise({ shape: [3] }), 0],
  ["Dequantise", new Dequantise({ shape: [3], levels: 16, noise: "none" }), -Math.log(16)],
] as const)("%s of which a part is hidden", (_, codec, each) => {
  it("says what is known, and counts nothing else", async () => {
    const x = ndarray([0.2, NaN, 1, 0, 0.5, 0.5], [2, 3]);
    const mask = ndarray([1, 0, 1, 1, 1, 1], [2, 3], "u8");
    const out = await reference().run(thereAndBack(codec, x, { mask }), {
      store: reference().emptyStore(),
      feeds: { x, mask },
    });
    expect(numbers(out["mask"]!)).toEqual([1, 0, 1, 1, 1, 1]);
    numbers(out["logDet"]!).forEach((d, row) => expect(d).toBeCloseTo([2, 3][row]! * each, 5));
    codec.check(x, { mask });
    expect(() => codec.check(x)).toThrow("row 0, number 1: expected an intensity");
  });
});

it("rows that are made up are ones that a codec takes", () => {
  const flag: Column = { name: "flag", kind: "categorical", gaps: true, categories: ["no", "yes"] };
  const cents: Column = { ...real("price", 5, 2), low: 1, high: 9, rounding: 0.01 };
  for (const codec of [
    new Table({ columns: [flag, cents, real("a", 0, 1)] }),
    new Dequantise({ shape: [3] }),
    standardise(3),
  ]) {
    const rows = exampleRows(codec, 50);
    expect(rows.shape).toEqual([50, 3]);
    codec.check(rows);
  }
  const flags = numbers(exampleRows(new Table({ columns: [flag] }), 50));
  expect(new Set(flags)).toEqual(new Set([0, 1, NaN]));
});

describe("fitStandardise", () => {
  const x = ndarray(
    Uint8Array.from({ length: 5_000 * 8 }, (_, i) => (i * 31) % 251),
    [5_000, 2, 2, 2],
    "u8",
  );

  it("measures bytes as intensities, number by number or shared", async () => {
    const data = arrays({ x });
    const per = await fitStandardise(data, { per: "channel" });
    expect(per.mean.shape).toEqual([2, 1, 1]);
    const chain = new Chain([new Intensities({ shape: [2, 2, 2] }), per]);
    const { y } = await run(chain, x);
    for (const channel of [0, 1]) {
      const own = y.filter((_, i) => Math.floor(i / 4) % 2 === channel);
      expect(Math.abs(own.reduce((a, b) => a + b, 0) / own.length)).toBeLessThan(1e-6);
      expect(Math.abs(own.reduce((a, b) => a + b * b, 0) / own.length - 1)).toBeLessThan(1e-6);
    }
    expect((await fitStandardise(data)).mean.shape).toEqual([2, 2, 2]);
    expect((await fitStandardise(data, { per: "row" })).mean.shape).toEqual([1, 1, 1]);
  });

  it("says which number never varies, and which is not finite", async () => {
    const still = arrays({ x: ndarray([1, 2, 1, 3], [2, 2]) });
    await expect(fitStandardise(still)).rejects.toThrow("number 0: expected numbers that vary, got 1 in each row");
    const bad = arrays({ x: ndarray([1, 2, 1, Infinity], [2, 2]) });
    await expect(fitStandardise(bad)).rejects.toThrow('row 1, number 1 of "x": expected a finite number');
    await expect(fitStandardise(bad, { field: "y" })).rejects.toThrow('expected rows with a field "y", got x');
  });
});

describe("codecOf", () => {
  const table = { kind: "table", noise: "uniform", categories: "onehot", gaps: "mask" };
  const column = { name: "a", kind: "real", gaps: false, rounding: 0, low: 0, high: 1, mean: 0, std: 1 };
  const nested = (depth: number): unknown =>
    depth === 0 ? { kind: "intensities", shape: [1] } : { kind: "chain", parts: [nested(depth - 1)] };

  it.each<[unknown, string]>([
    [null, '"kind"'],
    [{ kind: "zip" }, 'or chain as "kind" of codec, got "zip"'],
    [{ kind: "intensities", shape: [1e9, 1e9] }, '"shape"'],
    [{ kind: "intensities", shape: [0.5] }, '"shape"'],
    [{ kind: "dequantise", shape: [1], noise: "uniform", levels: "many" }, "codec.levels"],
    [{ kind: "dequantise", shape: [1], noise: "uniform", levels: 1e9 }, "2 to 256 levels"],
    [{ kind: "standardise", shape: [2], moments: [2], mean: [1], std: [1, 1] }, '2 numbers as "mean"'],
    [{ kind: "standardise", shape: [1], moments: [1], mean: [1], std: [0] }, "std[0] > 0"],
    [{ ...table, columns: [{ ...column, std: 0 }] }, '"std" of codec.columns[0]'],
    [{ ...table, columns: [{ ...column, name: 7 }] }, '"name" of codec.columns[0]'],
    [{ ...table, columns: [{ ...column, rounding: -1 }] }, '"rounding"'],
    [{ ...table, columns: [{ ...column, kind: "categorical", categories: [1] }] }, "text"],
    [{ ...table, columns: [] }, "expected a column that varies"],
    [nested(5), '"parts"'],
  ])("refuses %j", (spec, text) => {
    try {
      codecOf(spec);
      expect.unreachable();
    } catch (thrown) {
      if (!isGenError(thrown)) throw thrown;
      expect(thrown.message).toContain(text);
    }
  });
});

it("refuses parts that do not fit, and none", () => {
  expect(() => new Chain([])).toThrow("expected at least one codec");
  expect(() => new Chain([standardise(2), standardise(3)])).toThrow("expected part 1 to take [2], got [3]");
  expect(() => new Logit({ shape: [1], lambda: 0.5 })).toThrow("λ");
  expect(() => new Affine({ shape: [1], scale: 0 })).toThrow("scale");
});
