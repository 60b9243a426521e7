import {
  arrays,
  evaluate,
  inference,
  key,
  ndarray,
  reference,
  trainStep,
  type NdArray,
  type Program,
  type Store,
  type Tensor,
} from "@gen/core";
import { adam } from "@gen/core/optim";
import { describeModelGradients } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  collect,
  GatedCodePrior,
  residualGrid,
  ResidualQuantizer,
  vqBound,
  vqDecode,
  vqEncode,
  vqReconstruct,
  vqSample,
  type VqVae,
} from "../src/index.js";
import { bytes, intensities, SHAPE } from "./pictures.js";
import { tinyVq, vqVariants } from "./vq-models.js";

const runtime = reference();
const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);
const labelsOf = (vq: VqVae, n: number): Record<string, NdArray> =>
  vq.classes === 0
    ? {}
    : {
        label: ndarray(
          Array.from({ length: n }, (_, i) => i % vq.classes),
          [n],
          "i32",
        ),
      };

async function start(vq: VqVae): Promise<{
  store: Store;
  run: (program: Program, feeds: Record<string, NdArray>, seed?: number) => Promise<Record<string, NdArray>>;
}> {
  const store = await runtime.init(vq, { key: key(1) });
  return {
    store,
    run: (program, feeds, seed = 0) =>
      runtime.run(program, { store, feeds, ...(program.usesKey ? { key: key(seed) } : {}) }),
  };
}

describe.each(vqVariants)("$name", ({ name, make }) => {
  it("encodes, decodes and reconstructs alike", async () => {
    const vq = make();
    const { run } = await start(vq);
    const { codes } = await run(vqEncode(vq, { n: 3 }), { x: intensities(3) });
    const whole = await run(vqReconstruct(vq, { n: 3 }), { x: intensities(3) });
    expect(codes!.dtype).toBe("i64");
    expect(codes!.shape).toEqual([3, ...vq.codeShape]);
    expect(whole["codes"]).toEqual(codes);
    const { x } = await run(vqDecode(vq, { n: 3 }), { codes: codes! });
    numbers(x!).forEach((v, i) => expect(v).toBeCloseTo(numbers(whole["reconstruction"]!)[i]!, 12));
    expect(x!.shape).toEqual([3, ...SHAPE]);
    expect(numbers(codes!).every((k) => k >= 0 && k < vq.quantizer.codes)).toBe(true);
  });

  it("has a bound that is the sum of its parts, below log p(x)", async () => {
    const vq = make();
    const { run } = await start(vq);
    const feeds = { x: intensities(4), ...labelsOf(vq, 4) };
    const { nats, bitsPerDim, reconstruction, codes } = await run(vqBound(vq, { n: 4 }), feeds);
    const whole = await run(vqReconstruct(vq, { n: 4 }), { x: feeds.x });
    numbers(nats!).forEach((v, i) => {
      expect(v).toBeCloseTo(numbers(reconstruction!)[i]! + numbers(codes!)[i]!, 10);
      expect(numbers(whole["nats"]!)[i]).toBeCloseTo(numbers(reconstruction!)[i]!, 10);
      expect(numbers(codes!)[i]).toBeGreaterThan(0);
      expect(numbers(bitsPerDim!)[i]).toBeCloseTo(v / (16 * Math.LN2), 5);
    });
  });

  it("measures the same in batches of any size, and in bytes", async () => {
    const vq = make();
    const { store, run } = await start(vq);
    const rows = arrays({ x: intensities(7), ...labelsOf(vq, 7) });
    const means = await Promise.all([1, 3, 7].map((n) => evaluate(vqBound(vq, { n }), rows, { runtime, store })));
    for (const { nats } of means) expect(nats!.mean).toBeCloseTo(means[0]!["nats"]!.mean, 9);
    const [u8, f32] = await Promise.all([
      run(vqEncode(vq, { n: 3, pixels: "u8" }), { x: bytes(3) }),
      run(vqEncode(vq, { n: 3 }), { x: intensities(3) }),
    ]);
    expect(u8).toEqual(f32);
    const collected = await collect(vqEncode(vq, { n: 4 }), rows, { runtime, store });
    const { codes } = await run(vqEncode(vq, { n: 7 }), { x: intensities(7) });
    expect(collected["codes"]).toEqual(codes);
  });

  it("draws pictures of codes, other ones from other keys", async () => {
    const vq = make();
    const { run } = await start(vq);
    const [a, b, again] = await Promise.all(
      [1, 2, 1].map((seed) => run(vqSample(vq, { n: 3 }), labelsOf(vq, 3), seed)),
    );
    expect(again).toEqual(a);
    expect(b).not.toEqual(a);
    expect(a!["samples"]!.shape).toEqual([3, ...SHAPE]);
    const { x } = await run(vqDecode(vq, { n: 3 }), { codes: a!["codes"]! });
    numbers(x!).forEach((v, i) => expect(v).toBeCloseTo(numbers(a!["samples"]!)[i]!, 12));
  });

  it("learns in two stages that leave each other alone", async () => {
    const vq = make();
    const { store } = await start(vq);
    const optimizer = adam({ learningRate: 1e-2 });
    const first = trainStep({
      model: vq,
      learn: vq.autoencoder,
      batch: { x: [4, ...SHAPE] },
      loss: (batch, scope) => vq.loss(batch, scope),
      optimizer,
    });
    const label = vq.classes === 0 ? {} : { label: { shape: [4], dtype: "i32" as const } };
    const second = trainStep({
      model: vq,
      learn: vq.prior!,
      name: "second",
      batch: { x: [4, ...SHAPE], ...label },
      loss: (batch, scope) => vq.priorLoss(batch as { x: Tensor }, scope),
      optimizer,
    });
    expect([...first.writes.keys()].some((path) => path.startsWith("prior."))).toBe(false);
    const own = [...second.writes.keys()].filter((path) => !/^(prior|second)\./.test(path));
    expect(own).toEqual([]); // not even the codebook's running means
    const { perplexity, loss, nats, quantization } = await runtime.run(first, {
      store,
      feeds: { x: intensities(4) },
      key: key(3),
    });
    expect(numbers(perplexity!)[0]).toBeGreaterThanOrEqual(1);
    expect(numbers(perplexity!)[0]).toBeLessThanOrEqual(vq.quantizer.codes);
    expect(numbers(loss!)[0]).toBeCloseTo(numbers(nats!)[0]! / 16 + numbers(quantization!)[0]!, 10);
    // The loss on pictures is the loss on their codes.
    const feeds = { x: intensities(4), ...labelsOf(vq, 4) };
    const onCodes = inference(
      vq,
      { codes: { shape: [4, ...vq.codeShape], dtype: "i64" }, ...label },
      (batch, scope) => ({
        loss: vq.priorLoss(batch as { codes: Tensor }, scope),
      }),
    );
    const { codes } = await runtime.run(vqEncode(vq, { n: 4 }), { store, feeds: { x: feeds.x } });
    const { loss: wanted } = await runtime.run(onCodes, { store, feeds: { codes: codes!, ...labelsOf(vq, 4) } });
    const got = await runtime.run(second, { store, feeds, ...(second.usesKey ? { key: key(4) } : {}) });
    expect(numbers(got["loss"]!)[0]).toBeCloseTo(numbers(wanted!)[0]!, 10);
  });

  describeModelGradients(`${name}, autoencoder`, () => {
    const vq = make();
    return {
      model: vq.autoencoder,
      batch: { x: intensities(4) },
      loss: ({ x }, scope) => vq.loss({ x: x! }, scope).loss,
      exact: false, // straight through
    };
  });
});

describe("VqVae", () => {
  it("reads fewer levels as a coarser picture", async () => {
    const vq = tinyVq({ quantizer: new ResidualQuantizer({ levels: 3, codes: 4, features: 2 }) });
    const { run } = await start(vq);
    const codes = (levels: number): NdArray =>
      ndarray(new Array<bigint>(2 * levels * 4).fill(1n), [2, levels, 2, 2], "i64");
    const [one, three] = await Promise.all(
      [1, 3].map((levels) => run(vqDecode(vq, { n: 2, levels }), { codes: codes(levels) })),
    );
    expect(one!["x"]!.shape).toEqual(three!["x"]!.shape);
    expect(one!["x"]).not.toEqual(three!["x"]);
    expect(() => vqDecode(vq, { n: 2, levels: 4 })).toThrow("levels in [1, 3], got 4");
  });

  it("refuses what cannot be", () => {
    expect(() => tinyVq({ shape: [1, 6, 4] })).not.toThrow();
    expect(() => tinyVq({ shape: [1, 5, 4] })).toThrow("H and W divisible by 2, got [1, 5, 4]");
    expect(() => tinyVq({ shape: [] })).toThrow("expected the shape of one row");
    expect(() => tinyVq({ classes: 2, prior: undefined })).toThrow("expected a prior to condition on classes");
    expect(() => tinyVq({ classes: -1 })).toThrow("classes ≥ 0, got -1");
    expect(() => tinyVq({ likelihood: "normal" as "gaussian" })).toThrow('got "normal"');
    expect(() => residualGrid({ halvings: 0 })).toThrow("halvings ≥ 1, got 0");
    expect(() =>
      tinyVq({ prior: ({ codes, classes }) => new GatedCodePrior({ shape: [1, 2, 3], codes, classes }) }),
    ).toThrow("expected a prior over codes [1, 2, 2], got one over [1, 2, 3]");
    const bare = tinyVq({ prior: undefined });
    expect(() => vqSample(bare, { n: 1 })).toThrow("expected a model with a prior over codes");
    expect(() => vqBound(bare, { n: 1 })).toThrow("expected a model with a prior over codes");
    expect(() => vqEncode(bare, { n: 1 })).not.toThrow();
    const other = tinyVq({ shape: [1, 8, 8] });
    expect(() =>
      inference(other, { x: [2, ...SHAPE] }, ({ x }, scope) => ({ codes: other.codesOf(x, scope) })),
    ).toThrow("expected rows [1, 8, 8], got [1, 4, 4]");
  });
});
