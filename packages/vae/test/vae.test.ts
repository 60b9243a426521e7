import { inference, isGenError, key, ndarray, reference, repeat, trainStep } from "@gen/core";
import { adam, linear } from "@gen/core/optim";
import { describe, expect, it } from "vitest";
import { bound, convolutional, encode, sample, Vae, type LikelihoodName, type VaeBatch } from "../src/index.js";
import { fields } from "../src/programs.js";
import { describeVae } from "./laws.js";
import { intensities, labelled, SHAPE, tinyVae, variants } from "./pictures.js";

for (const { name, make } of variants) describeVae(name, make);

const runtime = reference();

describe("β", () => {
  const start = async (beta: NonNullable<ConstructorParameters<typeof Vae>[0]["beta"]>) => {
    const vae = tinyVae({ beta });
    const step = trainStep({
      model: vae,
      batch: fields(vae, { n: 3 }),
      loss: (batch, scope) => vae.loss(batch, scope),
      optimizer: adam({ learningRate: 1e-2 }),
    });
    return { vae, step, store: await runtime.init(vae, { key: key(0) }), feeds: labelled(vae, intensities(3)) };
  };

  it("follows a schedule, whose steps are counted in the state", async () => {
    const { vae, step, store, feeds } = await start(linear(0, { steps: 4, end: 1 }));
    for (const [n, beta] of [0, 0.25, 0.5, 0.75, 1, 1].entries()) {
      const { loss, kl, reconstruction } = await runtime.run(step, { store, feeds, key: key(n) });
      expect(Number(loss!.data[0])).toBeCloseTo(beta * Number(kl!.data[0]) - Number(reconstruction!.data[0]), 9);
      expect([...(await store.read("steps")).data]).toEqual([n + 1]);
    }
    await runtime.run(bound(vae, { n: 3 }), { store, feeds, key: key(0) });
    expect([...(await store.read("steps")).data]).toEqual([6]); // to measure is no step
  });

  it("counts inside a graph of many steps, too", async () => {
    const { step, store, feeds } = await start(linear(0, { steps: 4, end: 1 }));
    const twice = repeat(step, 2);
    const x = ndarray([...feeds["x"]!.data, ...feeds["x"]!.data] as number[], [2, 3, ...SHAPE]);
    const stepFeed = Object.fromEntries(
      [...twice.feeds].filter(([name]) => name !== "x").map(([name, { dtype }]) => [name, ndarray([0n], [], dtype)]),
    );
    const { loss, kl, reconstruction } = await runtime.run(twice, { store, feeds: { x, ...stepFeed }, key: key(1) });
    [0, 0.25].forEach((beta, i) => {
      expect(Number(loss!.data[i])).toBeCloseTo(beta * Number(kl!.data[i]) - Number(reconstruction!.data[i]), 9);
    });
    expect([...(await store.read("steps")).data]).toEqual([2]);
  });

  it("is a plain factor otherwise, and keeps no count", async () => {
    const { step, store, feeds } = await start(4);
    const { loss, kl, reconstruction } = await runtime.run(step, { store, feeds, key: key(0) });
    expect(Number(loss!.data[0])).toBeCloseTo(4 * Number(kl!.data[0]) - Number(reconstruction!.data[0]), 9);
    expect(store.has("steps")).toBe(false);
  });
});

describe("a model with classes", () => {
  const vae = tinyVae({ classes: 3 });

  it("takes its label into account, in the encoder and in the decoder", async () => {
    const store = await runtime.init(vae, { key: key(0) });
    const run = async (label: number): Promise<unknown[]> => {
      const labels = ndarray([label], [1], "i32");
      const code = await runtime.run(encode(vae, { n: 1 }), { store, feeds: { x: intensities(1), label: labels } });
      const drawn = await runtime.run(sample(vae, { n: 1 }), { store, feeds: { label: labels }, key: key(0) });
      return [code["mean"], drawn["samples"]];
    };
    const [a, b] = [await run(0), await run(1)];
    a.forEach((value, i) => expect(value).not.toEqual(b[i]));
  });

  it("needs a label, and one without refuses it", () => {
    const loss = (model: Vae, batch: { label?: { shape: [number]; dtype: "i32" } }): unknown =>
      inference(model, { x: [2, ...SHAPE], ...batch }, (given, scope) => ({
        bound: model.bound(given as unknown as VaeBatch, scope).bound,
      }));
    expect(() => loss(vae, {})).toThrow("expected a label (one of 3 classes), got none");
    expect(() => loss(tinyVae(), { label: { shape: [2], dtype: "i32" } })).toThrow("the model has no classes");
  });
});

describe("options", () => {
  const code = (make: () => unknown): string | undefined => {
    try {
      make();
    } catch (error) {
      return isGenError(error) ? error.code : undefined;
    }
    return undefined;
  };

  it("of another size are refused, naming what was expected", () => {
    const wrong = inferenceOn([2, 1, 4, 5]);
    expect(wrong).toThrow("pictures: expected rows [1, 4, 4], got [1, 4, 5]");
    expect(code(wrong)).toBe("shape");
    expect(() => new Vae({ shape: [1, 6, 8], architecture: convolutional({ channels: [2, 2] }) })).toThrow(
      "H and W divisible by 4, got [1, 6, 8]",
    );
    expect(() => new Vae({ shape: [64], architecture: convolutional() })).toThrow("expected pictures [C, H, W]");
    expect(() => new Vae({ shape: [1, 0, 4] })).toThrow("shape");
    expect(() => new Vae({ shape: [] })).toThrow("shape");
  });

  it("out of range are refused", () => {
    expect(() => tinyVae({ latentDim: 0 })).toThrow("latentDim ≥ 1, got 0");
    expect(() => tinyVae({ latentDim: 1.5 })).toThrow("latentDim ≥ 1, got 1.5");
    expect(() => tinyVae({ classes: -1 })).toThrow("classes ≥ 0, got -1");
    expect(() => tinyVae({ beta: -1 })).toThrow("beta ≥ 0, got -1");
    expect(() => tinyVae({ beta: NaN })).toThrow("beta ≥ 0, got NaN");
  });

  it("that nobody knows are refused", () => {
    const unknown = (): Vae => tinyVae({ likelihood: "bernouli" as LikelihoodName });
    expect(unknown).toThrow('expected a likelihood bernoulli, gaussian, discretisedLogistic, got "bernouli"');
    expect(code(unknown)).toBe("option");
  });

  function inferenceOn(shape: number[]): () => unknown {
    const vae = tinyVae();
    return () => inference(vae, { x: shape }, (given, scope) => ({ bound: vae.bound(given, scope).bound }));
  }
});
