import { feed, inference, key, ndarray, reference, traceScope, uniformDraws, type NdArray } from "@gen/core";
import { describeModelGradients } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { GatedCodePrior, type GatedCodePriorOptions } from "../src/index.js";

const runtime = reference();
const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);
const tiny = (options: Partial<GatedCodePriorOptions> = {}): GatedCodePrior =>
  new GatedCodePrior({ shape: [1, 3, 4], codes: 3, classes: 0, channels: 8, layers: 2, ...options });

const codesOf = (n: number, { shape, codes }: GatedCodePrior, seed = 0): NdArray => {
  const size = n * shape.reduce((a, b) => a * b);
  return ndarray(
    Array.from(uniformDraws(key(seed), size), (u) => Math.floor(u * codes)),
    [n, ...shape],
    "i32",
  );
};
const labelOf = (n: number, { classes }: GatedCodePrior): Record<string, NdArray> =>
  classes === 0
    ? {}
    : {
        label: ndarray(
          Array.from({ length: n }, (_, i) => i % classes),
          [n],
          "i32",
        ),
      };
const fields = (n: number, prior: GatedCodePrior): Record<string, { shape: number[]; dtype: "i32" }> => ({
  codes: { shape: [n, ...prior.shape], dtype: "i32" },
  ...(prior.classes === 0 ? {} : { label: { shape: [n], dtype: "i32" as const } }),
});

const VARIANTS: Readonly<Record<string, Partial<GatedCodePriorOptions>>> = {
  "one level": {},
  "two levels, wide kernels": { shape: [2, 3, 4], kernel: 5 },
  "one level, classes": { classes: 2 },
  "three levels, classes, one layer": { shape: [3, 2, 3], classes: 3, layers: 1 },
};

describe.each(Object.entries(VARIANTS))("GatedCodePrior: %s", (name, options) => {
  const prior = tiny(options);
  const [levels, height, width] = prior.shape as [number, number, number];
  const size = levels * height * width;

  it("never lets the future reach the past, and lets all of the past reach the future", async () => {
    // One row for each code that is changed, and one with none: row r + 1 differs from row 0 at code r.
    const store = await runtime.init(prior, { key: key(1) });
    const n = size + 1;
    const base = numbers(codesOf(1, prior));
    const rows = Array.from({ length: n }, (_, r) => base.map((k, i) => (i === r - 1 ? (k + 1) % prior.codes : k)));
    const program = inference(prior, fields(n, prior), ({ codes, label }, scope) => ({
      logits: prior.logits(codes!, { label, scope }),
    }));
    const label = prior.classes === 0 ? {} : { label: ndarray(new Array(n).fill(1), [n], "i32") };
    const feeds = { codes: ndarray(rows.flat(), [n, ...prior.shape], "i32"), ...label };
    const logits = numbers((await runtime.run(program, { store, feeds }))["logits"]!);
    const at = (row: number, i: number): string =>
      logits.slice((row * size + i) * prior.codes, (row * size + i + 1) * prior.codes).join();
    const order = (i: number): number => (i % (height * width)) * levels + Math.floor(i / (height * width)); // place, then level
    const reached = new Set<number>();
    for (let changed = 0; changed < size; changed++) {
      for (let i = 0; i < size; i++) {
        if (at(changed + 1, i) === at(0, i)) continue;
        if (order(i) <= order(changed)) expect.fail(`code ${changed} changed what is expected at ${i}`);
        reached.add(changed);
      }
    }
    expect(reached.size).toBe(size - 1); // nothing follows the last code
  });

  it("is a distribution, and draws from it", async () => {
    // Small enough to count: all grids of two codes at 1 × 1 × L or 1 × 2 × L places.
    const small = tiny({ ...options, shape: [levels, 1, 2], codes: 2 });
    const cells = 2 * levels;
    const all = Array.from({ length: 2 ** cells }, (_, i) => Array.from({ length: cells }, (_, b) => (i >> b) & 1));
    const n = all.length;
    const store = await runtime.init(small, { key: key(2) });
    const label = small.classes === 0 ? {} : { label: ndarray(new Array(n).fill(1), [n], "i32") };
    const density = inference(small, fields(n, small), ({ codes, label }, scope) => ({
      logP: small.logProb(codes!, { label, scope }),
    }));
    const feeds = { codes: ndarray(all.flat(), [n, ...small.shape], "i32"), ...label };
    const p = numbers((await runtime.run(density, { store, feeds }))["logP"]!).map(Math.exp);
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 10);

    const draws = 2000;
    const labels = small.classes === 0 ? undefined : new Array<number>(draws).fill(1);
    const batch = labels === undefined ? {} : { label: { shape: [draws], dtype: "i32" as const } };
    const sampling = inference(small, batch, (feeds: Readonly<Record<string, ReturnType<typeof feed>>>, scope) => ({
      codes: small.sample(draws, { scope, label: feeds["label"] }),
    }));
    const { codes } = await runtime.run(sampling, {
      store,
      key: key(7),
      feeds: labels === undefined ? {} : { label: ndarray(labels, [draws], "i32") },
    });
    const counts = new Array<number>(n).fill(0);
    const flat = numbers(codes!);
    for (let row = 0; row < draws; row++) {
      counts[flat.slice(row * cells, (row + 1) * cells).reduce((sum, bit, b) => sum + (bit << b), 0)]!++;
    }
    const chi2 = counts.reduce((sum, count, i) => sum + (count - draws * p[i]!) ** 2 / (draws * p[i]!), 0);
    expect(chi2).toBeLessThan(n - 1 + 5 * Math.sqrt(2 * (n - 1))); // five standard deviations above its mean
  });

  describeModelGradients(name, () => {
    const model = tiny({ ...options, dropout: 0.2 });
    return {
      model,
      batch: { codes: codesOf(6, model), ...labelOf(6, model) },
      loss: ({ codes, label }, scope) => model.logProb(codes!, { label, scope }).mean(),
    };
  });
});

describe("GatedCodePrior", () => {
  const prior = tiny({ classes: 2 });

  it("draws likelier codes at a lower temperature", async () => {
    const store = await runtime.init(prior, { key: key(1) });
    const mean = async (temperature: number): Promise<number> => {
      const program = inference(prior, { label: { shape: [40], dtype: "i32" } }, ({ label }, scope) => {
        const codes = prior.sample(40, { label, scope, temperature });
        return { logP: prior.logProb(codes, { label, scope }) };
      });
      const { logP } = await runtime.run(program, { store, key: key(3), feeds: labelOf(40, prior) });
      return numbers(logP!).reduce((a, b) => a + b) / 40;
    };
    expect(await mean(0.2)).toBeGreaterThan(await mean(1));
  });

  it("uses its label", async () => {
    const store = await runtime.init(prior, { key: key(1) });
    const program = inference(prior, fields(2, prior), ({ codes, label }, scope) => ({
      logP: prior.logProb(codes!, { label, scope }),
    }));
    const [row] = [numbers(codesOf(1, prior))];
    const codes = ndarray([...row, ...row], [2, ...prior.shape], "i32");
    const [a, b] = numbers((await runtime.run(program, { store, feeds: { codes, ...labelOf(2, prior) } }))["logP"]!);
    expect(a).not.toBe(b);
  });

  it("refuses what cannot be", () => {
    const scope = traceScope("eval");
    expect(() => tiny({ shape: [3, 4] })).toThrow("expected codes [L, h, w], got [3, 4]");
    expect(() => tiny({ kernel: 4 })).toThrow("expected an odd kernel, got 4");
    expect(() => tiny({ layers: 0 })).toThrow("layers ≥ 1, got 0");
    expect(() => tiny({ dropout: 1 })).toThrow("rate in [0, 1), got 1");
    expect(() => tiny().logProb(feed([2, 1, 4, 3], "i32"), { scope })).toThrow("expected codes [N, 1, 3, 4]");
    expect(() => prior.sample(2, { scope })).toThrow("expected a label (one of 2 classes), got none");
    expect(() => tiny().sample(2, { scope, temperature: 0 })).toThrow("temperature > 0, got 0");
  });
});
