import { key, ndarray, reference, type Runtime, type Store } from "@gen/core";
import { beforeAll, describe, expect, it } from "vitest";
import { complete, decode, encode, logProb, sample, type Vae } from "../src/index.js";
import { copies, intensities, labelled, tinyVae } from "./pictures.js";

let runtime: Runtime;
let store: Store;
let vae: Vae;
beforeAll(async () => {
  runtime = reference();
  vae = tinyVae({ classes: 3 });
  store = await runtime.init(vae, { key: key(0) });
});

const numbers = (data: ArrayLike<number | bigint>): number[] => Array.from(data, Number);

describe("decode", () => {
  const z = ndarray([0.5, -1], [1, 2]);

  it("takes a mixture of classes, of which one class is a case", async () => {
    const mixed = async (...weights: number[]): Promise<number[]> =>
      numbers(
        (
          await runtime.run(decode(vae, { n: 1, mixed: true }), {
            store,
            feeds: { z, mixture: ndarray(weights, [1, 3]) },
          })
        )["x"]!.data,
      );
    const plain = await runtime.run(decode(vae, { n: 1 }), { store, feeds: { z, label: ndarray([1], [1], "i32") } });
    expect(await mixed(0, 1, 0)).toEqual(numbers(plain["x"]!.data));
    expect(await mixed(0, 0.5, 0.5)).not.toEqual(await mixed(0, 1, 0));
  });

  it("refuses a mixture where there are no classes", () => {
    expect(() => decode(tinyVae(), { n: 1, mixed: true })).toThrow("expected a model with classes to mix");
  });
});

describe("logProb", () => {
  it("rises with the number of draws", async () => {
    const feeds = labelled(vae, copies(400), () => 0);
    const mean = async (k: number): Promise<number> => {
      const { logProb: values } = await runtime.run(logProb(vae, { n: 400, k }), { store, feeds, key: key(1) });
      return numbers(values!.data).reduce((a, b) => a + b, 0) / 400;
    };
    expect(await mean(1)).toBeLessThan(await mean(8));
  });

  it("needs a whole number of draws, at least one", () => {
    expect(() => logProb(vae, { n: 1, k: 0 })).toThrow("k ≥ 1 draws, got 0");
    expect(() => logProb(vae, { n: 1, k: 2.5 })).toThrow("got 2.5");
  });
});

describe("programs", () => {
  it("draw nothing where nothing is random, and write nothing", () => {
    expect(encode(vae, { n: 1 }).usesKey).toBe(false);
    expect(decode(vae, { n: 1 }).usesKey).toBe(false);
    expect(sample(vae, { n: 1 }).writes.size).toBe(0);
  });

  it("refuse rows without a label, or of the wrong type", async () => {
    const program = encode(vae, { n: 2 });
    await expect(runtime.run(program, { store, feeds: { x: intensities(2) } })).rejects.toMatchObject({
      message: expect.stringContaining('a feed "label" i32[2]') as string,
    });
    await expect(runtime.run(program, { store, feeds: { ...labelled(vae, intensities(3)) } })).rejects.toMatchObject({
      code: "shape",
    });
  });

  it("complete in a count of rounds", () => {
    expect(() => complete(vae, { n: 1, rounds: -1 })).toThrow("rounds ≥ 0, got -1");
  });

  it("complete with what belongs to the class", async () => {
    const mask = ndarray(new Array<number>(16).fill(0), [1, 1, 4, 4]);
    const filled = async (label: number): Promise<number[]> =>
      numbers(
        (
          await runtime.run(complete(vae, { n: 1, rounds: 2 }), {
            store,
            key: key(0),
            feeds: { x: intensities(1), mask, label: ndarray([label], [1], "i32") },
          })
        )["completed"]!.data,
      );
    expect(await filled(0)).not.toEqual(await filled(1));
  });
});
