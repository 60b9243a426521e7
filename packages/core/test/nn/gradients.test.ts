import { describe, expect, it } from "vitest";
import { Dropout } from "../../src/nn/dropout.js";
import { key } from "../../src/rng/key.js";
import { traceScope } from "../../src/program/scope.js";
import { constant, full } from "../../src/tensor/tensor.js";
import { describeModelGradients } from "../../src/testing/gradients.js";
import { scalarKey, valuesOf } from "../../src/testing/run-reference.js";
import { layerCases } from "./layer-cases.js";

for (const [name, make] of Object.entries(layerCases)) describeModelGradients(name, make);

describe("Dropout", () => {
  it("leaves out its share in training, keeps the mean, and does nothing after", () => {
    const x = full([4000], 3);
    const layer = new Dropout({ rate: 0.25 });
    const scope = traceScope("train", constant(scalarKey(key(2))));
    const values = [...(valuesOf([layer.forward(x, scope)])[0]!.data as Float64Array)];
    const dropped = values.filter((v) => v === 0).length;
    expect(Math.abs(dropped - 1000)).toBeLessThan(4 * Math.sqrt(750));
    expect(values.filter((v) => v !== 0).every((v) => Math.abs(v - 4) < 1e-5)).toBe(true);
    expect(layer.forward(x, traceScope("eval"))).toBe(x);
    const again = valuesOf([layer.forward(x, scope)])[0]!.data;
    expect([...again]).not.toEqual(values); // a key of its own each time
    expect(() => new Dropout({ rate: 1 })).toThrow("rate in [0, 1), got 1");
  });
});
