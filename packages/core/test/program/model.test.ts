import { describe, expect, it } from "vitest";
import { constantInit } from "../../src/ir/initializer.js";
import { Linear } from "../../src/nn/linear.js";
import { parameters, paths } from "../../src/program/model.js";
import { param, state } from "../../src/tensor/inputs.js";
import { full } from "../../src/tensor/tensor.js";

const p = (): ReturnType<typeof param> => param([2], constantInit(0));

describe("paths", () => {
  it("name what lasts by the fields that lead to it, in their order", () => {
    const model = {
      net: { layers: [new Linear({ inputs: 2, outputs: 1 }), (x: unknown) => x, { w: p() }] },
      count: state([]),
    };
    expect([...paths(model).keys()]).toEqual(["net.layers.0.weight", "net.layers.0.bias", "net.layers.2.w", "count"]);
    expect([...parameters(model).keys()]).toEqual(["net.layers.0.weight", "net.layers.0.bias", "net.layers.2.w"]);
  });

  it("leave everything else alone", () => {
    class WithSecret {
      readonly open = p();
      readonly #hidden = p();
      get other(): object {
        return this.#hidden;
      }
    }
    const model = {
      s: new WithSecret(),
      computed: full([2], 1),
      name: "x",
      none: undefined,
      nil: null,
      data: new Float32Array(3),
      map: new Map([["k", p()]]),
    };
    expect([...paths(model).keys()]).toEqual(["s.open"]);
  });

  it("give a tied parameter its first name only", () => {
    const shared = p();
    expect([...paths({ encoder: { table: shared }, decoder: { table: shared, own: p() } }).keys()]).toEqual([
      "encoder.table",
      "decoder.own",
    ]);
    const part = { w: p() };
    expect([...paths({ a: part, b: part }).keys()]).toEqual(["a.w"]); // twice the same part is a tie, not a cycle
  });

  it("refuse a model that contains itself", () => {
    const model: { w: object; inner: { back?: object } } = { w: p(), inner: {} };
    model.inner.back = model;
    expect(() => paths(model)).toThrow('a field that leads back to itself at "inner.back"');
  });

  it("take a tensor or an array as a model", () => {
    expect([...paths([p(), p()]).keys()]).toEqual(["0", "1"]);
  });
});
