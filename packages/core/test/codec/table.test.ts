import { describe, expect, it } from "vitest";
import { arrays, inference, isGenError, key, ndarray, reference, type NdArray } from "../../src/index.js";
import {
  Affine,
  Chain,
  checked,
  codecOf,
  fitTable,
  Table,
  type Codec,
  type Column,
  type NumberColumn,
} from "../../src/codec.js";
import { COLUMNS, table, thereAndBack, WIDTH } from "./rows.js";

const numbers = ({ data }: NdArray): number[] => Array.from(data as Float32Array, Number);

async function run(codec: Codec, x: NdArray, options: Parameters<typeof thereAndBack>[2] & { seed?: number } = {}) {
  const runtime = reference();
  const store = await runtime.init({ codec }, { key: key(0) });
  const program = thereAndBack(codec, x, options);
  const feeds = options.mask === undefined ? { x } : { x, mask: options.mask };
  const out = await runtime.run(program, { store, feeds, ...(program.usesKey ? { key: key(options.seed ?? 5) } : {}) });
  return { y: numbers(out["y"]!), logDet: numbers(out["logDet"]!), back: numbers(out["back"]!), out };
}

/** A table of one column. */
function single(column: Column, options: Partial<ConstructorParameters<typeof Table>[0]> = {}): Table {
  return new Table({ columns: [column], ...options });
}
const RANGE = { gaps: false, low: 0, high: 9, mean: 4.5, std: 2.5 } as const;

describe("fitTable", () => {
  it("learns each kind of column in one pass", async () => {
    const codec = await fitTable(table(10_000).data, { columns: COLUMNS });
    const [weight, price, rooms, colour, planet, height, grade, population] = codec.columns;
    expect(weight).toMatchObject({ kind: "real", rounding: 0, unit: "kg", gaps: false });
    expect(price).toMatchObject({ kind: "real", rounding: 0.01 });
    expect(rooms).toMatchObject({ kind: "integer", rounding: 1, low: -2, high: 6, gaps: true });
    expect(colour).toEqual({ name: "colour", kind: "categorical", gaps: false, categories: ["red", "green", "blue"] });
    expect(planet).toEqual({ name: "planet", kind: "constant", value: 0, categories: ["earth"] });
    expect(height).toMatchObject({ rounding: 0, gaps: true });
    expect(grade).toMatchObject({ kind: "categorical", gaps: true });
    expect(population).toMatchObject({ kind: "integer", rounding: 1 });
    expect(codec.features).toEqual(
      "weight, price, rooms, rooms is missing, colour = red, colour = green, colour = blue, height, height is missing, grade = a, grade = b, grade = missing, population".split(
        ", ",
      ),
    );
  });

  it("has the moments of two passes in float64, far from the origin too", async () => {
    const n = 9_001; // more than two chunks
    const values = Float32Array.from({ length: n }, (_, i) => 1e6 + ((i * 37) % 101) / 8);
    const codec = await fitTable(arrays({ x: ndarray(values, [n, 1]) }));
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
    const [column] = codec.columns as [NumberColumn];
    expect(Math.abs(column.mean / mean - 1)).toBeLessThan(1e-14);
    expect(Math.abs(column.std / std - 1)).toBeLessThan(1e-11);
    expect(column).toMatchObject({ low: 1e6, high: 1e6 + 12.5 });
  });

  it("describes numbers of f32 as a person wrote them", async () => {
    const codec = await fitTable(arrays({ x: ndarray([4.6, 15.9, 0.1, 7.7], [4, 1]) }));
    expect(codec.describe().x).toContain("0.1 to 15.9");
  });

  it("takes NaN for a gap where there is no mask", async () => {
    const codec = await fitTable(arrays({ x: ndarray([1, NaN, 2.5, 7], [4, 1]) }));
    expect(codec.columns[0]).toMatchObject({ kind: "real", gaps: true, rounding: 0.5, low: 1, high: 7 });
  });

  it.each([
    [
      [
        [1, 2],
        [3, Infinity],
      ],
      undefined,
      'row 1, column "column 2": expected a finite number, got Infinity',
    ],
    [
      [[1], [3]],
      [{ name: "k", kind: "categorical", categories: ["a", "b"] }],
      'row 1, column "k": expected a category from 0 to 1, got 3',
    ],
    [[[1], [1.5]], [{ name: "k", kind: "integer" }], 'row 1, column "k": expected a whole number, got 1.5'],
    [[[1], [2 ** 25]], [{ name: "k", kind: "integer" }], "whole number up to 16777216"],
    [[[1], [NaN]], [{ name: "k", kind: "real" }], 'row 1, column "k": expected a value, as it has no gaps, got none'],
    [[[NaN], [NaN]], undefined, 'column "column 1": expected values, got only gaps'],
    [[[1, 2]], [{ name: "k", kind: "real" }], "expected 1 numbers in a row, one a column"],
    [[[0.1234567], [NaN]], undefined, "expected numbers that vary, got 0.1234567"],
    [
      [
        [3, 4],
        [3, 4],
      ],
      undefined,
      "expected a column that varies, got none",
    ],
    [[[1], [2]], [{ name: "k", kind: "categorical", categories: [] }], "expected the names of its categories"],
  ] as const)("refuses %j as %j", async (rows, columns, text) => {
    const x = ndarray(rows.flat(), [rows.length, rows[0].length]);
    const error = await fitTable(arrays({ x }), columns === undefined ? {} : { columns }).catch((e: unknown) => e);
    expect(isGenError(error) && error.message).toContain(text);
  });
});

describe("Table", () => {
  it.each([
    ["onehot", "indicator"],
    ["index", "indicator"],
    ["onehot", "mask"],
    ["index", "mask"],
  ] as const)("undoes itself with categories as %s and gaps as %s", async (categories, gaps) => {
    const { data, x, mask } = table(300);
    const codec = await fitTable(data, { columns: COLUMNS, categories, gaps });
    const { back, y } = await run(codec, x, { mask });
    expect(y.every(Number.isFinite)).toBe(true);
    back.forEach((value, i) => {
      const wanted = Number(x.data[i]);
      const column = codec.columns[i % WIDTH]!;
      if (mask.data[i] === 0) {
        expect(Number.isNaN(value)).toBe(gaps === "indicator");
        return;
      }
      const tolerance = column.kind === "real" ? 1e-6 * (1 + Math.abs(wanted)) : 0;
      expect(Math.abs(value - wanted), `${column.name}: ${value} for ${wanted}`).toBeLessThanOrEqual(tolerance);
    });
  });

  it("standardises what it was fitted on", async () => {
    const { data, x, mask } = table(5_000);
    const codec = await fitTable(data, { columns: COLUMNS, noise: "none" });
    const { y } = await run(codec, x, { mask });
    const width = codec.features.length;
    const of = (feature: string): number[] => y.filter((_, i) => i % width === codec.features.indexOf(feature));
    for (const feature of ["weight", "price", "population"]) {
      const mean = of(feature).reduce((a, b) => a + b, 0) / 5_000;
      const square = of(feature).reduce((a, b) => a + b * b, 0) / 5_000;
      expect(Math.abs(mean)).toBeLessThan(1e-3);
      expect(Math.abs(square - 1)).toBeLessThan(3e-3);
    }
  });

  it("gives a density over real columns in the units of x", async () => {
    const codec = single({ ...RANGE, name: "r", kind: "real", rounding: 0 });
    const { y, logDet } = await run(codec, ndarray([7], [1, 1]));
    expect(y[0]).toBeCloseTo(1, 12);
    expect(logDet[0]).toBeCloseTo(-Math.log(2.5), 12);
  });

  it.each(["integer", "real"] as const)(
    "bounds what an %s column with steps of 2 has, and is tight for an even density",
    async (kind) => {
      const codec = single({ ...RANGE, name: "k", kind, rounding: 2, mean: 4, std: 4 });
      // p(x) = 1/20 on (−1, 19): ten levels of probability 1/10 each. In y it is 4/20.
      const { y, logDet } = await run(codec, ndarray([0, 2, 18, 8], [4, 1]));
      y.forEach((v) => expect(v * 4 + 4).toBeGreaterThan(-1));
      y.forEach((v) => expect(v * 4 + 4).toBeLessThan(19));
      const wanted = kind === "integer" ? Math.log(1 / 10) : Math.log(1 / 20);
      logDet.forEach((d) => expect(Math.log(4 / 20) + d).toBeCloseTo(wanted, 4));
      logDet.forEach((d) => expect(Math.log(4 / 20) + d).toBeLessThanOrEqual(wanted));
    },
  );

  it("gives a lower bound of the probability in the mean over its noise", async () => {
    const codec = single({ ...RANGE, name: "k", kind: "integer", rounding: 1, mean: 4, std: 1 });
    const n = 4_000;
    const { y, logDet } = await run(codec, ndarray(new Array<number>(n).fill(6), [n, 1]));
    const logP = y.map((v, i) => -0.5 * v * v - 0.5 * Math.log(2 * Math.PI) + logDet[i]!);
    const bound = logP.reduce((a, b) => a + b, 0) / n;
    // ∫ over (1.5, 2.5) of N(0, 1) = 0.0605975; E over the bin of log N = −0.9189 − ½ (4 + 1/12)
    expect(bound).toBeLessThan(Math.log(0.0605975));
    expect(Math.abs(bound - (-0.5 * Math.log(2 * Math.PI) - 0.5 * (4 + 1 / 12)))).toBeLessThan(0.05);
  });

  it.each([
    ["onehot", 0],
    ["index", 1],
  ] as const)("gives categories as %s their probability", async (categories, isIndex) => {
    const codec = single(
      { name: "c", kind: "categorical", gaps: false, categories: ["a", "b", "c", "d"] },
      { categories },
    );
    const { y, logDet } = await run(codec, ndarray([0, 1, 2, 3], [4, 1]));
    // An even density over the four boxes: 1/4 in boxes of volume 1, or of length √12/4 when the index is one number.
    const density = isIndex === 1 ? Math.log(1 / Math.sqrt(12)) : Math.log(1 / 4);
    logDet.forEach((d) => expect(density + d).toBeCloseTo(Math.log(1 / 4), 5));
    expect(y).toHaveLength(isIndex === 1 ? 4 : 16);
  });

  it("gives a gap the probability of its flag: what stands in for the value cancels", async () => {
    const codec = single({ ...RANGE, name: "r", kind: "real", rounding: 0, gaps: true });
    const mask = ndarray([0, 1, 0], [3, 1], "u8");
    const { y, logDet } = await run(codec, ndarray([NaN, 7, 7], [3, 1]), { mask });
    // p(y) = N(y₀; 0, 1) · q(flag), with q even on each unit interval: log q is 0 here.
    const logNormal = (v: number): number => -0.5 * v * v - 0.5 * Math.log(2 * Math.PI);
    expect(logNormal(y[0]!) + logDet[0]!).toBeCloseTo(0, 5);
    expect(logNormal(y[4]!) + logDet[2]!).toBeCloseTo(0, 5);
    expect(logNormal(y[2]!) + logDet[1]!).toBeCloseTo(logNormal(1) - Math.log(2.5), 5);
    expect(Math.abs(y[1]! - 1)).toBeLessThan(0.5);
    expect(Math.abs(y[3]!)).toBeLessThan(0.5);
    expect(y[0]).not.toBe(y[4]);
  });

  it("leaves gaps to the model with a mask, and counts only what is known", async () => {
    const columns: Column[] = ["a", "b"].map((name) => ({ ...RANGE, name, kind: "real", rounding: 0, gaps: true }));
    const codec = new Table({ columns, gaps: "mask" });
    const x = ndarray([NaN, 7, 7, NaN], [2, 2]);
    const { y, logDet, out } = await run(codec, x);
    expect(numbers(out["mask"]!)).toEqual([0, 1, 1, 0]);
    expect(y[0]).toBeCloseTo(0, 15);
    expect(y[1]).toBeCloseTo(1, 12);
    logDet.forEach((d) => expect(d).toBeCloseTo(-Math.log(2.5), 12));
  });

  it("gives the same code each time in the middle of the levels", async () => {
    const { data, x, mask } = table(20);
    const codec = await fitTable(data, { columns: COLUMNS });
    const [a, b] = await Promise.all([3, 4].map((seed) => run(codec, x, { mask, dequantise: "middle", seed })));
    expect(a!.y).toEqual(b!.y);
    const c = await run(codec, x, { mask, seed: 4 });
    expect(c.y).not.toEqual(b!.y);
  });

  it.each(["onehot", "index"] as const)("gives no category for codes that are no numbers: %s", async (categories) => {
    const column = { name: "colour", kind: "categorical", gaps: false, categories: ["red", "green", "blue"] } as const;
    const codec = single(column, { categories });
    const runtime = reference();
    const store = await runtime.init({ codec }, { key: key(0) });
    const width = codec.output[0]!;
    const back = inference({ codec }, { y: [2, width] }, ({ y }) => ({ x: codec.decode(y) }));
    const y = ndarray(
      Array.from({ length: 2 * width }, (_, i) => (i < width ? NaN : i % 2)),
      [2, width],
    );
    const [lost, found] = numbers((await runtime.run(back, { store, feeds: { y } }))["x"]!);
    expect(lost).toBeNaN();
    expect([0, 1, 2]).toContain(found);
  });

  it("says what a row may not be, with row and column", async () => {
    const { data, x, mask } = table(50);
    const codec = await fitTable(data, { columns: COLUMNS });
    codec.check(x, { mask });
    const changed = (row: number, column: number, value: number): NdArray => {
      const copy = Float32Array.from(x.data as Float32Array);
      copy[row * WIDTH + column] = value;
      return ndarray(copy, x.shape);
    };
    const all = ndarray(new Uint8Array(mask.data.length).fill(1), mask.shape, "u8");
    const messageAt = (row: number, column: number, value: number): string => {
      try {
        codec.check(changed(row, column, value), { mask: all, first: 100 });
      } catch (thrown) {
        if (isGenError(thrown)) return thrown.message;
      }
      return "";
    };
    expect(messageAt(3, 0, NaN)).toBe('table: row 103, column "weight": expected a finite number, got NaN');
    expect(messageAt(4, 3, 3)).toContain('row 104, column "colour": expected a category from 0 to 2, got 3');
    expect(messageAt(5, 1, 0.123)).toContain('column "price": expected a multiple of 0.01');
    expect(messageAt(6, 4, 1)).toContain('column "planet": expected 0, as in every training row');
    expect(messageAt(7, 7, 0.5)).toContain("expected a multiple of 1, got 0.5");
    expect(() => codec.check(ndarray([1, 2, 3], [1, 3]))).toThrow("expected rows of 8 numbers, got [3]");
    const guarded = checked(arrays({ x: changed(31, 3, 9), mask }), codec);
    expect(() => guarded.rows([4, 31])).toThrow('row 31, column "colour"');
    expect((guarded.rows([4]) as { x: NdArray }).x.shape).toEqual([1, WIDTH]);
  });

  it("refuses rows of another width and masks without use", async () => {
    const codec = single({ ...RANGE, name: "r", kind: "real", rounding: 0 });
    expect(() => thereAndBack(codec, ndarray([1, 2], [1, 2]))).toThrow(
      "table of 1 columns: expected rows [1], got [2]",
    );
    const x = ndarray([1], [1, 1]);
    expect(() => thereAndBack(codec, x, { mask: x })).toThrow("expected no mask");
    expect(() => codec.check(x, { mask: ndarray([0], [1, 1]) })).toThrow("expected a value, as it has no gaps");
  });

  it("comes back from its card", async () => {
    const { data, x, mask } = table(40);
    const codec = await fitTable(data, { columns: COLUMNS, categories: "index" });
    const { spec, x: text, logProb } = codec.describe();
    const again = codecOf(JSON.parse(JSON.stringify(spec)));
    expect(again.describe()).toEqual(codec.describe());
    expect((await run(again, x, { mask })).y).toEqual((await run(codec, x, { mask })).y);
    expect(text).toContain("NaN where missing: weight (real, ");
    expect(text).toContain("colour (one of 3: 0 = red, 1 = green, 2 = blue); planet (always 0)");
    expect(logProb).toContain("a lower bound in the mean");
  });
});

describe("which numbers follow from what is known", () => {
  it("are those of a known column, and those that say that there is a gap", async () => {
    const codec = await fitTable(table(2_000).data, { columns: COLUMNS });
    const columns = codec.columns.map(({ name }) => name);
    const hidden = ["rooms", "colour", "grade"];
    const mask = ndarray(
      columns.map((name) => Number(!hidden.includes(name))),
      [1, columns.length],
    );
    const whole = new Chain([codec, new Affine({ shape: codec.output, scale: 2 })]);
    const program = inference({ whole }, { mask: mask.shape }, ({ mask }) => ({ known: whole.known(mask) }));
    const store = await reference().init({ whole }, { key: key(0) });
    const { known } = await reference().run(program, { store, feeds: { mask } });
    expect(codec.features.filter((_, i) => known!.data[i] === 0)).toEqual([
      "rooms",
      "colour = red",
      "colour = green",
      "colour = blue",
      "grade = a",
      "grade = b",
    ]);
  });
});
