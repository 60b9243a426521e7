import { describe, expect, it } from "vitest";
import { constantInit } from "../../src/ir/initializer.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { BatchNorm } from "../../src/nn/batch-norm.js";
import { Dropout } from "../../src/nn/dropout.js";
import { Linear } from "../../src/nn/linear.js";
import { adam } from "../../src/optim/adam.js";
import { ema } from "../../src/optim/average.js";
import { sgd } from "../../src/optim/sgd.js";
import { repeat, sequence, STEP } from "../../src/program/compose.js";
import { program, type Program } from "../../src/program/program.js";
import { key, split } from "../../src/rng/key.js";
import { feed, param, state } from "../../src/tensor/inputs.js";
import { randomUniform } from "../../src/tensor/random.js";
import { scalar } from "../../src/tensor/tensor.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { runReference, startReference, type PlainStore } from "../../src/testing/run-reference.js";
import { trainStep } from "../../src/train/step.js";

const K = 5;

/** A step with all there is: draws, running moments, Adam, an average. */
function fullStep(): Program {
  const model = {
    first: new Linear({ inputs: 3, outputs: 4 }),
    norm: new BatchNorm({ channels: 4 }),
    last: new Linear({ inputs: 4, outputs: 1 }),
  };
  const dropout = new Dropout({ rate: 0.3 });
  return trainStep({
    model,
    batch: { x: [6, 3], y: [6, 1] },
    loss: ({ x, y }, scope) => {
      const h = dropout.forward(model.norm.forward(model.first.forward(x), scope).tanh(), scope);
      const loss = model.last.forward(h).sub(y).square().mean();
      return { loss, size: h.square().mean() };
    },
    optimizer: adam({ learningRate: 0.05 }),
    average: ema({ decay: 0.9 }),
  });
}

const batchAt = (i: number): Record<string, NdArray> => ({
  x: spread([6, 3], [-1, 1], i),
  y: spread([6, 1], [-1, 1], i + 0.5),
});

function stacked(from: number, count: number): Record<string, NdArray> {
  const rows = Array.from({ length: count }, (_, i) => batchAt(from + i));
  return Object.fromEntries(
    ["x", "y"].map((name) => [
      name,
      ndarray(
        rows.flatMap((row) => [...row[name]!.data].map(Number)),
        [count, ...rows[0]![name]!.shape],
      ),
    ]),
  );
}

const bits = (store: PlainStore): Record<string, number[]> =>
  Object.fromEntries([...store].map(([name, { data }]) => [name, [...data].map(Number)]));
const stepArray = (step: number): NdArray => ndarray([BigInt(step)], [], "u64");

describe("repeat", () => {
  const step = fullStep();
  const root = key(4);
  const single = startReference(step);
  const losses = Array.from({ length: K }, (_, i) => {
    const { loss, size } = runReference(step, { store: single, key: split(root, i), feeds: batchAt(i) });
    return [Number(loss!.data[0]), Number(size!.data[0])];
  });

  it("K steps in one run equal K runs, bit for bit, keys included", () => {
    const store = startReference(step);
    const outputs = runReference(repeat(step, K), {
      store,
      key: root,
      feeds: { ...stacked(0, K), [STEP]: stepArray(0) },
    });
    expect(bits(store)).toEqual(bits(single));
    expect([...outputs["loss"]!.data]).toEqual(losses.map(([loss]) => loss));
    expect([...outputs["size"]!.data]).toEqual(losses.map(([, size]) => size));
  });

  it("any split into runs gives the same", () => {
    const store = startReference(step);
    for (const [from, count] of [
      [0, 2],
      [2, 1],
      [3, 2],
    ] as const) {
      runReference(repeat(step, count), {
        store,
        key: root,
        feeds: { ...stacked(from, count), [STEP]: stepArray(from) },
      });
    }
    expect(bits(store)).toEqual(bits(single));
  });

  it("takes no key and no step where the program draws nothing, and keeps what is only read", () => {
    const [a, b] = [param([], constantInit(3)), state([], constantInit(1))];
    const p = program({
      states: new Map([
        ["a", a],
        ["b", b],
      ]),
      outputs: { b },
      writes: new Map([["b", b.mul(a)]]),
    });
    const many = repeat(p, 4);
    expect(many.usesKey).toBe(false);
    expect([...many.feeds.keys()]).toEqual([]);
    expect([...many.writes.keys()]).toEqual(["b"]);
    const store = startReference(many);
    expect([...runReference(many, { store })["b"]!.data]).toEqual([1, 3, 9, 27]);
    expect([...store.get("b")!.data]).toEqual([81]);
  });

  it("wants at least one run", () => {
    expect(() => repeat(step, 0)).toThrow("expected k ≥ 1, got 0");
  });
});

describe("sequence", () => {
  const model = { critic: param([], constantInit(1)), generator: param([], constantInit(10)) };
  const critic = trainStep({
    model,
    learn: { critic: model.critic },
    batch: { x: [] },
    name: "critics",
    loss: ({ x }) => model.critic.mul(x).mul(model.generator.stopGradient()),
    optimizer: sgd({ learningRate: 0.1 }),
  });
  const generator = trainStep({
    model,
    learn: { generator: model.generator },
    batch: {},
    name: "generators",
    loss: () => model.critic.mul(model.generator),
    optimizer: sgd({ learningRate: 0.1 }),
  });

  it("lets each part read what the parts before it wrote", () => {
    const both = sequence({ first: critic, second: critic, last: generator });
    expect(both.outputs).toEqual(["first.loss", "second.loss", "last.loss"]);
    expect([...both.feeds.keys()]).toEqual(["x"]);
    const store = startReference(both);
    const results = runReference(both, { store, feeds: { x: ndarray([0.5], []) } });
    const near = (array: NdArray | undefined, wanted: number): void =>
      expect(Number(array!.data[0])).toBeCloseTo(wanted, 6);
    near(results["first.loss"], 5); //                       1 · ½ · 10
    near(results["second.loss"], 2.5); //                    the critic is now 1 − 0.1 · 5
    near(results["last.loss"], 0); //                        … and now 0
    near(store.get("critic"), 0);
    near(store.get("generator"), 10);
  });

  it("equals its parts run one by one over the same store, and repeats", () => {
    const parts = sequence({ c: critic, g: generator });
    const [one, many] = [startReference(parts), startReference(parts)];
    for (let i = 0; i < 3; i++) {
      runReference(critic, { store: one, feeds: { x: ndarray([i], []) } });
      runReference(generator, { store: one });
    }
    runReference(repeat(parts, 3), { store: many, feeds: { x: ndarray([0, 1, 2]) } });
    expect(bits(many)).toEqual(bits(one));
  });

  it("part i draws from child i of the key", () => {
    const draw = (): Program => {
      const k = feed([], "u64");
      return program({ key: k, outputs: { u: randomUniform(k, [2]) } });
    };
    const alone = [0, 1].map((i) => [...runReference(draw(), { store: new Map(), key: split(key(3), i) })["u"]!.data]);
    const together = runReference(sequence({ a: draw(), b: draw() }), { store: new Map(), key: key(3) });
    expect([[...together["a.u"]!.data], [...together["b.u"]!.data]]).toEqual(alone);
  });

  it("refuses parts that disagree about a feed or a state", () => {
    const other = program({ feeds: { x: feed([2]) }, outputs: {} });
    expect(() => sequence({ critic, other })).toThrow('expected one type for "x", got f32[] and f32[2]');
    const clash = program({
      states: new Map([["critic", param([3], constantInit(0))]]),
      outputs: {},
      writes: new Map(),
    });
    expect(() => sequence({ critic, clash })).not.toThrow(); // it does not need it
    const wide = param([3], constantInit(0));
    const reading = program({ states: new Map([["critic", wide]]), outputs: { y: wide.add(scalar(1)) } });
    expect(() => sequence({ critic, reading })).toThrow('expected one type for "critic"');
  });
});
