import { full, inference, jacobian, key, ndarray, reference, traceScope, uniformDraws, type NdArray } from "@gen/core";
import { describeModelGradients } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { continueRolls, RollModel, sampleRolls, type RollBatch } from "../../src/index.js";
import { expectDistributed, movedStore, numbers } from "../statistics.js";

const runtime = reference();
const small = new RollModel({ pitches: 2, hidden: 5, noteHidden: 6, layers: 2 });
/** All rolls of 2 steps and 2 pitches. */
const all = Array.from({ length: 16 }, (_, i) => Array.from({ length: 4 }, (_, b) => (i >> b) & 1));
const indexOf = (roll: readonly number[]): number => roll.reduce((sum, v, b) => sum + (v << b), 0);
const cut = (data: readonly number[]): number[][] =>
  Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 4));
const rollsOf = (rows: readonly (readonly number[])[]): NdArray => ndarray(rows.flat(), [rows.length, 2, 2]);

async function exact(store: Awaited<ReturnType<typeof movedStore>>): Promise<number[]> {
  const program = inference(small, { x: [16, 2, 2] }, ({ x }, scope) => ({ logProb: small.logProb({ x }, scope) }));
  const { logProb } = await runtime.run(program, { store, feeds: { x: rollsOf(all) } });
  return numbers(logProb!).map(Math.exp);
}

describe("RollModel", () => {
  it("never lets the future reach the past, in time and in pitch", async () => {
    const [T, D] = [3, 4];
    const model = new RollModel({ pitches: D, hidden: 5, noteHidden: 8 });
    const program = inference(model, { x: [1, T * D] }, ({ x }, scope) => {
      const steps = model.stepLogProbs({ x: x.reshape([1, T, D]) }, scope);
      return { jacobian: jacobian(steps, x) };
    });
    const store = await movedStore(runtime, model);
    const x = ndarray(uniformDraws(key(4), T * D), [1, T * D]);
    const slopes = numbers((await runtime.run(program, { store, feeds: { x } }))["jacobian"]!);
    for (let t = 0; t < T; t++) {
      for (let j = 0; j < T * D; j++) {
        if (Math.floor(j / D) > t) expect(slopes[t * T * D + j]).toBe(0);
        else expect(slopes[t * T * D + j]).not.toBe(0);
      }
    }
  });

  it("sums to one over all rolls", async () => {
    const total = (await exact(await movedStore(runtime, small))).reduce((a, b) => a + b);
    expect(Math.abs(total - 1)).toBeLessThan(1e-9);
  });

  it("draws from it, and goes on from a beginning as it says", async () => {
    const store = await movedStore(runtime, small, 0.4);
    const p = await exact(store);
    const n = 800;
    const { samples } = await runtime.run(sampleRolls(small, { n, steps: 2 }), { store, key: key(6) });
    expectDistributed(cut(numbers(samples!)).map(indexOf), p);

    const feeds = {
      x: rollsOf(Array.from({ length: n }, () => [1, 0, NaN, NaN])),
      known: ndarray(new Array<number>(n).fill(1), [n], "i32"),
    };
    const { continued } = await runtime.run(continueRolls(small, { n, steps: 2 }), { store, key: key(8), feeds });
    const given = p.map((v, i) => (all[i]![0] === 1 && all[i]![1] === 0 ? v : 0));
    const total = given.reduce((a, b) => a + b);
    expectDistributed(
      cut(numbers(continued!)).map(indexOf),
      given.map((v) => v / total),
    );
  });

  it("leaves out what the mask hides, and refuses rolls of another width", async () => {
    const store = await movedStore(runtime, small);
    const program = inference(small, { x: [2, 2, 2], mask: [2, 2] }, (batch, scope) => ({
      logProb: small.logProb(batch, scope),
    }));
    const feeds = {
      x: rollsOf([
        [1, 0, 0, 0],
        [1, 0, 1, 1],
      ]),
      mask: ndarray([1, 0, 1, 0], [2, 2]),
    };
    const [a, b] = numbers((await runtime.run(program, { store, feeds }))["logProb"]!);
    expect(a).toBe(b);
    expect(() => small.logProb({ x: full([1, 2, 3], 0) }, traceScope("eval"))).toThrow(
      "RollModel: expected rolls [N, T, 2], got [1, 2, 3]",
    );
    expect(() => new RollModel({ pitches: 0 })).toThrow("RollModel: expected pitches ≥ 1, got 0");
  });
});

describeModelGradients("RollModel", () => {
  const model = new RollModel({ pitches: 3, hidden: 4, noteHidden: 6 });
  const x = ndarray([1, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0], [2, 2, 3]);
  return { model, batch: { x }, loss: (batch, scope) => model.loss(batch as unknown as RollBatch, scope) };
});
