import {
  feed,
  inference,
  key,
  ndarray,
  paths,
  reference,
  softmax,
  traceScope,
  trainStep,
  type NdArray,
  type Program,
} from "@gen/core";
import { adam, exponentialDecay } from "@gen/core/optim";
import { describeModelGradients, scalarKey, valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  bound,
  decode,
  encode,
  GumbelVae,
  iwae,
  logProb,
  reconstruct,
  sample,
  type GumbelVaeOptions,
} from "../src/index.js";
import { copies, intensities, SHAPE, architectures } from "./pictures.js";

const runtime = reference();
const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);
const [V, K] = [2, 3];
const tiny = (options: Partial<GumbelVaeOptions> = {}): GumbelVae =>
  new GumbelVae({ shape: SHAPE, variables: V, categories: K, architecture: architectures["dense"]!(), ...options });

/** All K^V codes, as rows of zeros with a one. */
const codes = Array.from({ length: K ** V }, (_, i) => [Math.floor(i / K), i % K]);
const asRows = codes.flatMap((choices) => choices.flatMap((c) => Array.from({ length: K }, (_, k) => Number(k === c))));
const standardError = (values: number[]): number => {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1) / values.length);
};
const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;

async function start(vae: GumbelVae) {
  const store = await runtime.init(vae, { key: key(1) });
  const run = (program: Program, feeds: Readonly<Record<string, NdArray>>, seed = 0) =>
    runtime.run(program, { store, feeds, ...(program.usesKey ? { key: key(seed) } : {}) });
  return { store, run };
}

/** What summing over all codes gives for the picture of `copies`: log p(x), the bound, KL. */
async function exact(
  vae: GumbelVae,
  run: (program: Program, feeds: Record<string, NdArray>) => Promise<Record<string, NdArray>>,
) {
  const n = codes.length;
  const label = vae.classes === 0 ? {} : { label: { shape: [n], dtype: "i32" as const } };
  const program = inference(vae, { x: [n, ...SHAPE], z: [n, V * K], ...label }, (feeds, scope) => {
    const { x, z, label } = feeds as typeof feeds & { label?: typeof feeds.x };
    const condition = vae.condition(label);
    const q = vae.encoder.forward(vae.codec.encode(x, scope).y, condition, scope).reshape([n, V, K]);
    return { logP: vae.given(z, condition, scope).logProb(vae.codec.encode(x, scope).y), logits: q };
  });
  const labels = vae.classes === 0 ? {} : { label: ndarray(new Array(n).fill(1), [n], "i32") };
  const { logP, logits } = await run(program, { x: copies(n), z: ndarray(asRows, [n, V * K]), ...labels });
  const q = Array.from({ length: V }, (_, v) => {
    const e = numbers(logits!)
      .slice(v * K, v * K + K)
      .map(Math.exp);
    return e.map((value) => value / e.reduce((a, b) => a + b));
  });
  const given = numbers(logP!);
  const kl = q.flat().reduce((sum, p) => sum + p * (Math.log(p) + Math.log(K)), 0);
  const reconstruction = codes.reduce((sum, [a, b], i) => sum + q[0]![a!]! * q[1]![b!]! * given[i]!, 0);
  const logProb = Math.log(given.reduce((sum, v) => sum + Math.exp(v), 0) / n);
  return { kl, bound: reconstruction - kl, logProb };
}

describe.each([
  ["bernoulli", {}],
  ["gaussian, conditional", { likelihood: "gaussian", classes: 3 }],
] as const)("GumbelVae: %s", (name, options) => {
  const labels = (n: number): Record<string, NdArray> =>
    "classes" in options ? { label: ndarray(new Array(n).fill(1), [n], "i32") } : {};

  it("has the bound and the log p(x) that summing over all codes gives", async () => {
    const vae = tiny(options);
    const { run } = await start(vae);
    const wanted = await exact(vae, run);
    const feeds = { x: copies(120), ...labels(120) };
    const { nats, kl } = await run(bound(vae, { n: 120 }), feeds, 2);
    const bounds = numbers(nats!).map((v) => -v);
    expect(numbers(kl!)[0]).toBeCloseTo(wanted.kl, 6);
    expect(Math.abs(mean(bounds) - wanted.bound)).toBeLessThan(4 * standardError(bounds) + 1e-6);
    expect(wanted.bound).toBeLessThan(wanted.logProb);
    const weights = numbers((await run(logProb(vae, { n: 120, k: 4 }), feeds, 3))["logProb"]!).map((v) =>
      Math.exp(v - wanted.logProb),
    );
    expect(Math.abs(mean(weights) - 1)).toBeLessThan(4 * standardError(weights) + 1e-6);
    const tighter = numbers((await run(bound(vae, { n: 120, objective: iwae({ k: 20 }) }), feeds, 4))["nats"]!);
    expect(-mean(tighter)).toBeGreaterThan(wanted.bound);
  });

  it("encodes to likeliest codes, decodes, reconstructs and samples", async () => {
    const vae = tiny(options);
    const { run } = await start(vae);
    const feeds = { x: intensities(3), ...labels(3) };
    const { mean: z, std } = await run(encode(vae, { n: 3 }), feeds);
    for (let v = 0; v < 3 * V; v++)
      expect(
        numbers(z!)
          .slice(v * K, v * K + K)
          .sort(),
      ).toEqual([0, 0, 1]);
    expect(numbers(std!).every((s) => s > 0 && s <= 0.5)).toBe(true);
    const whole = await run(reconstruct(vae, { n: 3 }), feeds);
    const { x } = await run(decode(vae, { n: 3 }), { z: ndarray(numbers(z!), [3, V * K]), ...labels(3) });
    numbers(x!).forEach((v, i) => expect(v).toBeCloseTo(numbers(whole["reconstruction"]!)[i]!, 9));
    const [a, b] = [await run(sample(vae, { n: 9 }), labels(9), 1), await run(sample(vae, { n: 9 }), labels(9), 2)];
    expect(a["samples"]!.shape).toEqual([9, ...SHAPE]);
    expect(a).not.toEqual(b);
  });

  describeModelGradients(name, () => {
    const vae = tiny({ ...options, temperature: 0.7 });
    return {
      model: vae,
      batch: { x: intensities(4), ...labels(4) },
      loss: ({ x, label }, scope) => vae.loss({ x: x!, ...(label && { label }) }, scope).loss,
    };
  });
});

describe("a relaxed draw", () => {
  const drawn = async (options: Partial<GumbelVaeOptions>, mode: "train" | "eval", n = 2000): Promise<number[][]> => {
    const vae = tiny(options);
    const { store } = await start(vae);
    const scope = traceScope(mode, feed([], "u64"));
    const x = feed([1, ...SHAPE]);
    const { z } = vae.posterior(vae.codec.encode(x, scope).y, undefined, scope).draw(n, scope);
    const given = new Map<typeof x, NdArray>([
      [x, intensities(1)],
      [scope.key!, scalarKey(key(5))],
    ]);
    for (const [name, tensor] of paths(vae)) given.set(tensor, await store.read(name));
    const values = numbers(valuesOf([z], given)[0]!);
    return Array.from({ length: n * V }, (_, i) => values.slice(i * K, i * K + K));
  };

  it("lies inside the simplex, and nears a corner as τ falls", async () => {
    const top = (rows: number[][]): number => mean(rows.map((row) => Math.max(...row)));
    const [warm, cold] = [await drawn({ temperature: 2 }, "train"), await drawn({ temperature: 0.1 }, "train")];
    for (const row of warm.slice(0, 50)) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    expect(warm.every((row) => row.every((v) => v > 0 && v < 1))).toBe(true);
    expect(top(warm)).toBeLessThan(0.8);
    expect(top(cold)).toBeGreaterThan(0.9);
  });

  it("is exact outside of training: categories come with their probabilities", async () => {
    const rows = await drawn({}, "eval");
    const { run } = await start(tiny());
    const vae = tiny();
    const program = inference(vae, { x: [1, ...SHAPE] }, ({ x }, scope) => ({
      q: softmax(vae.encoder.forward(vae.codec.encode(x, scope).y, undefined, scope).reshape([V, K])),
    }));
    const q = numbers((await run(program, { x: intensities(1) }))["q"]!);
    const n = rows.length / V;
    const chi2 = q.reduce((sum, p, i) => {
      const count = rows.filter((row, r) => r % V === Math.floor(i / K) && row[i % K] === 1).length;
      return sum + (count - n * p) ** 2 / (n * p);
    }, 0);
    expect(chi2).toBeLessThan(V * (K - 1) + 5 * Math.sqrt(2 * V * (K - 1)));
  });

  it("is a corner for the decoder when straight through, with a gradient all the same", async () => {
    const rows = await drawn({ straightThrough: true, temperature: 0.5 }, "train", 20);
    for (const row of rows) expect([...row].sort()).toEqual([0, 0, 1]);
  });

  describeModelGradients("straight through", () => {
    const vae = tiny({ straightThrough: true });
    return {
      model: vae,
      batch: { x: intensities(4) },
      loss: ({ x }, scope) => vae.loss({ x: x! }, scope).loss,
      exact: false,
    };
  });
});

describe("the temperature", () => {
  it("follows a schedule, whose steps are counted in the state", async () => {
    const temperature = exponentialDecay(1, { decay: 0.5, every: 1 });
    const [falling, ...fixed] = [tiny({ temperature }), tiny({ temperature: 1 }), tiny({ temperature: 0.5 })];
    const losses = async (vae: GumbelVae, steps: number): Promise<number[]> => {
      const { store } = await start(vae);
      const step = trainStep({
        model: vae,
        batch: { x: [3, ...SHAPE] },
        loss: (batch, scope) => vae.loss(batch, scope),
        optimizer: adam({ learningRate: 0 }),
      });
      const found: number[] = [];
      for (let n = 0; n < steps; n++)
        found.push(
          numbers((await runtime.run(step, { store, feeds: { x: intensities(3) }, key: key(2) }))["loss"]!)[0]!,
        );
      return found;
    };
    const [one, half] = await Promise.all(fixed.map((vae) => losses(vae, 1)));
    expect(await losses(falling, 2)).toEqual([...one!, ...half!]);
    expect(one).not.toEqual(half);
  });

  it("is refused out of range, as other options are", () => {
    expect(() => tiny({ temperature: 0 })).toThrow("temperature > 0, got 0");
    expect(() => tiny({ variables: 0 })).toThrow("variables ≥ 1, got 0");
    expect(() => tiny({ categories: 1 })).toThrow("categories ≥ 2, got 1");
    expect(() => tiny({ beta: -1 })).toThrow("beta ≥ 0, got -1");
    expect(() => tiny({ shape: [] })).toThrow("gumbelVae: expected the shape of one row");
  });
});
