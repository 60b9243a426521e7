import { describe, expect, it } from "vitest";
import { constantInit } from "../../src/ir/initializer.js";
import { ndarray } from "../../src/ndarray.js";
import { BatchNorm } from "../../src/nn/batch-norm.js";
import { Linear } from "../../src/nn/linear.js";
import { adam } from "../../src/optim/adam.js";
import { sgd } from "../../src/optim/sgd.js";
import { param } from "../../src/tensor/inputs.js";
import { runReference, startReference } from "../../src/testing/run-reference.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { inference, trainStep } from "../../src/train/step.js";

describe("trainStep", () => {
  it("learns a line", () => {
    const model = new Linear({ inputs: 2, outputs: 1 });
    const step = trainStep({
      model,
      batch: { x: [16, 2], y: [16, 1] },
      loss: ({ x, y }) => model.forward(x).sub(y).square().mean(),
      optimizer: adam({ learningRate: 0.1 }),
    });
    const x = spread([16, 2]);
    const y = ndarray(
      Array.from({ length: 16 }, (_, i) => 3 * x.data[2 * i]! - x.data[2 * i + 1]! + 0.5),
      [16, 1],
    );
    const store = startReference(step);
    const losses = Array.from({ length: 150 }, () =>
      Number(runReference(step, { store, feeds: { x, y } })["loss"]!.data[0]),
    );
    expect(losses[0]).toBeGreaterThan(1);
    expect(losses.at(-1)).toBeLessThan(1e-3);
    expect([...store.get("weight")!.data, ...store.get("bias")!.data]).toEqual(
      [3, -1, 0.5].map((v): unknown => expect.closeTo(v, 1)),
    );
    expect([...step.writes.keys()].sort()).toEqual([
      "bias",
      "optimizer.m.$joined.0",
      "optimizer.step",
      "optimizer.v.$joined.0",
      "optimizer.weight1",
      "optimizer.weight2",
      "weight",
    ]);
  });

  it("learns only the part that it is told to", () => {
    const model = { a: param([], constantInit(1)), b: param([], constantInit(1)) };
    const step = trainStep({
      model,
      learn: { a: model.a },
      batch: {},
      loss: () => model.a.mul(model.b),
      optimizer: sgd({ learningRate: 1 }),
      name: "player",
    });
    const store = startReference(step);
    runReference(step, { store });
    expect([...store].map(([name, { data }]) => [name, Number(data[0])])).toEqual([
      ["a", 0],
      ["b", 1],
      ["player.step", 1],
    ]);
  });

  it("refuses a model without parameters, a learned part outside of it, and a loss that is no scalar", () => {
    const [a, b] = [param([], constantInit(1)), param([2], constantInit(1))];
    const make = (options: { model: object; learn?: object; loss?: () => typeof a }) => () =>
      trainStep({ batch: {}, optimizer: sgd({ learningRate: 1 }), loss: () => a, ...options });
    expect(make({ model: {} })).toThrow("expected a model with parameters, got none");
    expect(make({ model: { a }, learn: { b } })).toThrow("to be a field of the model");
    expect(make({ model: { b }, loss: () => b })).toThrow("expected a scalar loss, got [2]");
  });
});

describe("inference", () => {
  it("runs in eval mode and writes nothing", () => {
    const norm = new BatchNorm({ channels: 2 });
    const p = inference(norm, { x: [1, 2] }, ({ x }, scope) => ({ y: norm.forward(x, scope) }));
    expect(p.writes.size).toBe(0);
    const store = startReference(p);
    const { y } = runReference(p, { store, feeds: { x: ndarray([3, -1], [1, 2]) } });
    expect([...y!.data]).toEqual([expect.closeTo(3, 4), expect.closeTo(-1, 4)]);
    expect(() =>
      inference(norm, { x: [1, 2] }, ({ x }, scope) => {
        scope.write(norm.runningMean, norm.runningMean.add(1));
        return { x };
      }),
    ).toThrow("expected no state to be written");
  });
});
