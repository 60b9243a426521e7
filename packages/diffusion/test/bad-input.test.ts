import { key, ndarray, reference, type NdArray } from "@gen/core";
import { describe, expect, it } from "vitest";
import {
  bound,
  checkProcess,
  checkSchedule,
  complete,
  Diffusion,
  Dit,
  edit,
  encode,
  MlpNetwork,
  pictureCodec,
  processOf,
  sample,
  stepPrograms,
  straight,
  UNet,
} from "../src/index.js";
import { labels, tiny } from "./models.js";

describe("says what is wrong, and what to do", () => {
  const free = new Diffusion({ network: new MlpNetwork({ dim: 2, width: 8, depth: 1 }) });
  const weight = { guidance: { weight: 2 } };

  it("of guidance without a null condition, or without a condition", () => {
    const unguided = tiny({ condition: { classes: 2, drop: 0 } });
    expect(() => sample(unguided, { n: 1, ...weight })).toThrow(
      "expected a model with a null condition for guidance, got one without",
    );
    expect(() => sample(unguided, { n: 1, unconditional: true })).toThrow(
      "null condition for rows without their label",
    );
    expect(() => sample(free, { n: 1, ...weight })).toThrow(
      "expected a conditional model, got one without a condition",
    );
    expect(() => sample(free, { n: 1, guidance: { interval: [2, 1] } })).toThrow("0 ≤ low < high, got [2, 1]");
  });

  it("of steps, strength and parts that are none", () => {
    for (const make of [sample, complete, stepPrograms])
      expect(() => make(free, { n: 1, steps: 0 })).toThrow("expected steps, a whole number of at least 1, got 0");
    expect(() => edit(free, { n: 1, strength: 0.5, steps: 1.5 })).toThrow("at least 1, got 1.5");
    expect(() => edit(free, { n: 1, strength: -0.1 })).toThrow("expected a strength from 0 to 1, got -0.1");
    expect(() => bound(free, { n: 1, parts: 2000 })).toThrow("a whole number from 1 to 1000, got 2000");
  });

  it("of names that are none, and samplers that do not fit", () => {
    expect(() => sample(free, { n: 1, sampler: "eular" as never })).toThrow("expected one of ddpm, ddim");
    expect(() => encode(free, { n: 1, sampler: "ddpm" })).toThrow(
      'expected a sampler without noise or memory, got "ddpm"',
    );
    expect(() => complete(free, { n: 1, sampler: "uni-pc" })).toThrow('a sampler without memory, got "uni-pc"');
  });

  it("of a schedule that is not monotone", () => {
    expect(() => checkProcess({ ...straight(), levels: [0.1, 0.3, 0.2] })).toThrow(
      "expected levels above 0 that rise, got 0.2 as level 2 after 0.3",
    );
    expect(
      () => new Diffusion({ network: new MlpNetwork({ dim: 2 }), process: { ...straight(), levels: [1, 1] } }),
    ).toThrow("got 1 as level 1 after 1");
    expect(() => checkSchedule(ndarray([3, 1, 2, 0]))).toThrow(
      "expected levels that fall to 0, got 2 after 1 at place 2",
    );
  });

  it("of pictures and masks of another shape", async () => {
    const shape = [3, 8, 8];
    const network = new Dit({ shape, patch: 4, width: 16, depth: 1, heads: 2, conditionFeatures: 4 });
    const model = new Diffusion({ network, codec: pictureCodec(shape), condition: { classes: 2 } });
    expect(() => new Diffusion({ network, codec: pictureCodec([1, 8, 8]), condition: { classes: 2 } })).toThrow(
      "expected a codec that gives [3, 8, 8], got [1, 8, 8]",
    );
    const runtime = reference();
    const store = await runtime.init(model, { key: key(0) });
    const zeros = (...size: number[]): NdArray => ndarray(new Float32Array(size.reduce((a, b) => a * b)), size);
    const run = (feeds: Record<string, NdArray>) =>
      runtime.run(complete(model, { n: 1, steps: 1 }), { store, key: key(1), feeds: { label: labels([0]), ...feeds } });
    await expect(run({ x: zeros(1, 3, 8, 8), mask: zeros(1, 1, 8, 8) })).rejects.toThrow(
      'expected feed "mask" f32[1, 3, 8, 8], got f32[1, 1, 8, 8]',
    );
    await expect(run({ x: zeros(1, 1, 8, 8), mask: zeros(1, 3, 8, 8) })).rejects.toThrow(
      'expected feed "x" f32[1, 3, 8, 8], got f32[1, 1, 8, 8]',
    );
  });

  it("of attention where no rows of that extent are", () => {
    const shape = [1, 8, 8];
    expect(() => new UNet({ shape, channels: 8, attention: [8, 5] })).toThrow("attention at some of 8, 4, 2, got 5");
    expect(new UNet({ shape, channels: 8, attention: [4] }).down[1]!.stages[0]!.attention).toBeDefined();
  });

  it("of a card without its schedule", () => {
    const card = (recipe: unknown) => processOf({ name: "faces", recipe });
    expect(card({ options: { process: "edm" } }).name).toBe("edm");
    expect(card({ process: "cosine" }).levels).toHaveLength(1000);
    expect(() => card(null)).toThrow("card of faces: expected recipe.process, its schedule of noise, one of linear");
    expect(() => card({ options: { process: "toString" } })).toThrow('got "toString"');
  });
});
