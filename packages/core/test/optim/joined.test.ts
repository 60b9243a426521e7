import { describe, expect, it } from "vitest";
import { constantInit } from "../../src/ir/initializer.js";
import { topological } from "../../src/ir/walk.js";
import { adam, adamw } from "../../src/optim/adam.js";
import { groups } from "../../src/optim/group.js";
import { joined } from "../../src/optim/joined.js";
import { lion } from "../../src/optim/lion.js";
import type { Optimizer } from "../../src/optim/optimizer.js";
import { rmsprop } from "../../src/optim/rmsprop.js";
import { sgd } from "../../src/optim/sgd.js";
import type { Op } from "../../src/ir/ops.js";
import { param } from "../../src/tensor/inputs.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { trainStep } from "../../src/train/step.js";
import { stepWith, trajectory } from "./problem.js";

/** One optimizer for each parameter, so that none are joined. */
const apart = (make: () => Optimizer): Optimizer =>
  groups(["w", "u"].map((own) => ({ match: (name: string) => name === own, optimizer: make() })));

const makers: Record<string, () => Optimizer> = {
  adam,
  amsgrad: () => adamw({ learningRate: 0.05, amsgrad: true }),
  rmsprop: () => rmsprop({ momentum: 0.5, centered: true }),
  lion: () => lion({ learningRate: 0.05, weightDecay: 0.1 }),
  nesterov: () => sgd({ learningRate: 0.05, momentum: 0.8, nesterov: true, weightDecay: 0.1 }),
};

/** How often an op stands in a step that learns parameters of these shapes. */
function count(op: Op, shapes: readonly (readonly number[])[]): number {
  const model = { weights: shapes.map((shape) => param(shape, constantInit(1))) };
  const loss = (): Tensor => model.weights.map((w) => w.square().sum()).reduce((a, b) => a.add(b));
  const { graph } = trainStep({ model, batch: {}, loss, optimizer: adam() });
  return topological(graph.outputs.map(({ node }) => node)).filter((node) => node.op === op).length;
}

const times = (n: number, shape: readonly number[]): number[][] => Array.from({ length: n }, () => [...shape]);

describe("joined parameters", () => {
  it.each(Object.keys(makers))("go the way that they go alone, bit for bit: %s", (name) => {
    const make = makers[name]!;
    expect(trajectory(make(), 12).rows).toEqual(trajectory(apart(make), 12).rows);
  });

  it("have one state for all", () => {
    const names = [...stepWith(adam()).writes.keys()].filter((name) => /\.[mv]\./.test(name));
    expect(names).toEqual(["optimizer.m.$joined.0", "optimizer.v.$joined.0"]);
    expect(stepWith(adam()).reads.get("optimizer.m.$joined.0")!.shape).toEqual([6]);
  });

  it("are the small ones: as many roots as vectors and large parameters, and one of the corrections'", () => {
    expect(count("sqrt", times(60, [32]))).toBe(2);
    expect(count("sqrt", [...times(5, [32]), [100, 100], [16], [3, 3000]])).toBe(4);
    expect(count("sqrt", times(20, [64, 64]))).toBe(3); // 16 of them are 65,536 numbers
    expect(count("concat", [[4, 4]])).toBe(0);
  });

  it("may be scalars", () => {
    expect(count("sqrt", [[], [2], []])).toBe(2);
  });

  it("keep apart what has another type", () => {
    const one = constantInit(1);
    const params = [param([2], one), param([3], one, "f64"), param([4], one), param([5], one, "f64")];
    const seen: string[] = [];
    const spy: Optimizer = {
      init: (names, given) => {
        names.forEach((name, i) => seen.push(`${name} ${given[i]!.dtype} ${given[i]!.shape.join()}`));
        return {};
      },
      update: ({ grads }) => ({ steps: grads, states: {} }),
    };
    joined(spy).init(["a", "b", "c", "d"], params);
    expect(seen).toEqual(["$joined.0 f32 6", "$joined.1 f64 8"]);
    const { steps } = joined(spy).update({ names: ["a", "b", "c", "d"], params, grads: params, states: {} });
    expect(steps.map(({ shape }) => shape)).toEqual([[2], [3], [4], [5]]);
  });
});
