import { feed, inference, key, ndarray, reference, traceScope, type NdArray } from "@gen/core";
import { Dequantise, Table, type Column } from "@gen/core/codec";
import { describe, expect, it } from "vitest";
import { bound, complete, dense, encode, logProb, sample, tableLikelihood, Vae, vampPrior } from "../src/index.js";
import { observe } from "../src/observed.js";
import { tinyVae } from "./pictures.js";
import { COLUMNS, rows, tableCodec, tableModels, WIDTH } from "./tables.js";

const runtime = reference();
const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number | bigint>, Number);
const real = (name: string, unit: number): Column => ({
  ...{ name, kind: "real", gaps: false, rounding: 0 },
  ...{ low: 0, high: unit, mean: unit / 2, std: unit / 4 },
});

describe("the likelihood of a table", () => {
  const codec = tableCodec();
  const law = tableLikelihood(codec);
  const d = codec.output[0]!;

  it("gives each category its probability, read through the codec's noise, and numbers their density", async () => {
    const model = { codec };
    const n = 3;
    const program = inference(model, { x: [n, WIDTH], out: [n, 2, d] }, ({ x, out }, scope) => {
      const { y } = codec.encode(x, scope);
      const all = law.of(out);
      return { y, row: all.logProb(y), elements: law.of(out, 0).logProb(y), mean: all.mean };
    });
    const store = await runtime.init(model, { key: key(0) });
    const x = [0, 1, 2].flatMap((kind) => [4, 7.5, kind, 3, 2]); // all three categories
    const one = Array.from({ length: 2 * d }, (_, i) => Math.sin(3 * i));
    const out = ndarray([...one, ...one, ...one], [n, 2, d]);
    const got = await runtime.run(program, { store, feeds: { x: ndarray(x, [n, WIDTH]), out }, key: key(1) });
    const [elements, y] = [numbers(got["elements"]!), numbers(got["y"]!)];
    const spans = codec.blocks.map(({ kind, start }) => [kind, start]);
    expect(spans).toEqual([
      ["number", 0],
      ["number", 1],
      ["one of", 2],
      ["number", 5],
    ]);
    const probabilities = [0, 1, 2].map((row) => Math.exp(elements[row * d + 2]!));
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(
      numbers(got["mean"]!)
        .slice(2, 5)
        .map((v, i) => v - probabilities[i]!),
    ).toEqual([0, 1, 2].map((): unknown => expect.closeTo(0, 6)));
    const [mean, logStd] = [one[0]!, one[d]!];
    expect(elements[0]).toBeCloseTo(
      -0.5 * ((y[0]! - mean) / Math.exp(logStd)) ** 2 - logStd - 0.5 * Math.log(2 * Math.PI),
      5,
    );
    numbers(got["row"]!).forEach((total, row) =>
      expect(total).toBeCloseTo(
        elements.slice(row * d, (row + 1) * d).reduce((a, b) => a + b),
        4,
      ),
    );
  });

  it("draws categories as often as it says", async () => {
    const n = 4000;
    const logits = [Math.log(0.2), Math.log(0.5), Math.log(0.3)];
    const one = new Float32Array(2 * d);
    one.set(logits, 2);
    const program = inference({ codec }, { out: [1, 2, d] }, ({ out }, scope) => ({
      x: codec.decode(law.of(out.expand([n, 2, d])).sample(scope.nextKey())),
    }));
    const store = await runtime.init({ codec }, { key: key(0) });
    const { x } = await runtime.run(program, { store, feeds: { out: ndarray(one, [1, 2, d]) }, key: key(3) });
    const kinds = numbers(x!).filter((_, i) => i % WIDTH === 2);
    [0.2, 0.5, 0.3].forEach((p, kind) =>
      expect(Math.abs(kinds.filter((k) => k === kind).length / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n)),
    );
  });

  it("is refused for rows of another table, and a codec for rows of another shape", () => {
    expect(() => new Vae({ shape: [7], likelihood: law })).toThrow(
      "tableLikelihood: expected rows [5], got a model of [7]",
    );
    expect(() => new Vae({ shape: [7], codec })).toThrow("vae: expected a codec of rows [7], got [5]");
  });
});

describe("log p of a table", () => {
  it("is in the units of its columns: a tenth of the unit is ln 10 nats a column", async () => {
    const at = async (unit: number): Promise<number> => {
      const codec = new Table({ columns: [real("a", unit), real("b", unit)] });
      const vae = new Vae({ shape: [2], codec, likelihood: tableLikelihood(codec), latentDim: 1 });
      const store = await runtime.init(vae, { key: key(2) });
      const feeds = { x: ndarray([0.3 * unit, 0.9 * unit], [1, 2]) };
      return numbers((await runtime.run(logProb(vae, { n: 1, k: 20 }), { store, feeds, key: key(3) }))["logProb"]!)[0]!;
    };
    expect((await at(1)) - (await at(10))).toBeCloseTo(2 * Math.log(10), 4);
  });

  it("of dequantised pictures counts the width of a level for each pixel that is known", async () => {
    const [shape, levels] = [[1, 4, 4], 16];
    const vae = tinyVae({ likelihood: "gaussian", codec: new Dequantise({ shape, levels, noise: "none" }) });
    const store = await runtime.init(vae, { key: key(1) });
    const fields = { x: [1, ...shape], mask: [1, ...shape], z: [1, 2] };
    const program = inference(vae, fields, ({ x, mask, z }, scope) => {
      const seen = observe(vae, { x, mask }, { scope });
      const density = vae.elements(z, undefined, scope).logProb(vae.codec.encode(x, scope).y);
      return { apart: seen.logLikelihood(z, 1, scope).sub(density.mul(mask).flatten().sum(1)) };
    });
    const mask = Float32Array.from({ length: 16 }, (_, i) => Number(i < 5));
    const feeds = {
      x: ndarray(new Float32Array(16).fill(0.4), [1, ...shape]),
      mask: ndarray(mask, [1, ...shape]),
      z: ndarray([0.3, -1], [1, 2]),
    };
    const { apart } = await runtime.run(program, { store, feeds });
    expect(numbers(apart!)[0]).toBeCloseTo(-5 * Math.log(levels), 4);
  });
});

describe.each(tableModels)("a $name of a table with gaps", ({ make }) => {
  const model = make();
  const { x, mask } = rows(6);
  const feeds = { x: ndarray(x, [6, WIDTH]), mask: ndarray(mask, [6, WIDTH]) };

  it("does not see what is hidden, and takes NaN for a gap", async () => {
    const store = await runtime.init(model, { key: key(1) });
    const nats = async (masked: boolean, change: (x: Float32Array) => void): Promise<number[]> => {
      const changed = x.slice();
      change(changed);
      const given = { x: ndarray(changed, [6, WIDTH]), ...(masked && { mask: feeds.mask }) };
      const program = bound(model, { n: 6, masked });
      return numbers((await runtime.run(program, { store, feeds: given, key: key(4) }))["nats"]!);
    };
    const gaps = [...mask.entries()].flatMap(([i, known]) => (known === 0 ? [i] : []));
    expect(gaps.length).toBeGreaterThan(0);
    const wanted = await nats(true, () => undefined);
    expect(wanted.every(Number.isFinite)).toBe(true);
    const hidden = (value: number) => (rows: Float32Array) => gaps.forEach((i) => (rows[i] = value));
    expect(await nats(true, hidden(1e6))).toEqual(wanted);
    expect(await nats(false, hidden(NaN))).toEqual(wanted);
    expect(await nats(true, (rows) => (rows[mask.indexOf(1)]! += 1))).not.toEqual(wanted);
  });

  it("fills gaps with values that the columns can have, and keeps the rest to the bit", async () => {
    const store = await runtime.init(model, { key: key(1) });
    for (const draw of ["mean", "sample"] as const) {
      const program = complete(model, { n: 6, rounds: 2, k: 3, draw });
      const { completed } = await runtime.run(program, { store, feeds, key: key(2) });
      numbers(completed!).forEach((value, i) => {
        if (mask[i] === 1) expect(value).toBe(x[i]);
        else if (i % WIDTH === 2) expect([0, 1, 2]).toContain(value);
        else expect(Number.isFinite(value)).toBe(true);
      });
    }
  });

  it("draws rows in the units of the columns", async () => {
    const store = await runtime.init(model, { key: key(1) });
    const { samples } = await runtime.run(sample(model, { n: 20, draw: "sample" }), { store, key: key(3) });
    expect(samples!.shape).toEqual([20, WIDTH]);
    model.codec.check(samples!);
  });
});

it("codes of rows are the same each time, whatever the codec draws", async () => {
  const model = tableModels[0]!.make();
  const store = await runtime.init(model, { key: key(1) });
  const program = encode(model, { n: 6 });
  expect(program.usesKey).toBe(false);
  const { mean } = await runtime.run(program, { store, feeds: { x: ndarray(rows(6).x, [6, WIDTH]) } });
  expect(numbers(mean!).every(Number.isFinite)).toBe(true);
});

it("a codec that encodes gaps is not one to fill them in, and says what is", () => {
  const codec = new Table({ columns: COLUMNS, gaps: "indicator" });
  const vae = new Vae({
    shape: [WIDTH],
    codec,
    likelihood: tableLikelihood(codec),
    architecture: dense({ hidden: [4] }),
  });
  expect(() => complete(vae, { n: 2 })).toThrow(/expected a codec that leaves gaps to the model[^]*gaps: "mask"/);
  expect(() => vae.bound({ x: feed([2, WIDTH]) }, traceScope("train"))).not.toThrow(); // but one to learn them
});

it("a VampPrior of a table has numbers as its rows", async () => {
  const codec = tableCodec();
  const vae = new Vae({
    shape: [WIDTH],
    codec,
    likelihood: tableLikelihood(codec),
    prior: vampPrior({ components: 3 }),
  });
  const store = await runtime.init(vae, { key: key(1) });
  const inputs = numbers(await store.read("prior.inputs"));
  expect(inputs).toHaveLength(3 * codec.output[0]!);
  expect(Math.abs(inputs.reduce((a, b) => a + b) / inputs.length)).toBeLessThan(1);
});
