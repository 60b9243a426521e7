import { describe, expect, it } from "vitest";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { Conv1d, Conv2d } from "../../src/nn/conv.js";
import { ConvTranspose2d } from "../../src/nn/conv-transpose.js";
import { Gru } from "../../src/nn/gru.js";
import { Linear } from "../../src/nn/linear.js";
import { Lstm } from "../../src/nn/lstm.js";
import { Mlp } from "../../src/nn/mlp.js";
import { Sequential } from "../../src/nn/sequential.js";
import { traceScope } from "../../src/program/scope.js";
import { feed } from "../../src/tensor/inputs.js";
import { concat, constant, type Tensor } from "../../src/tensor/tensor.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const scope = traceScope("eval");

/** The result of a function of tensors on given numbers, row-major. */
function compute(y: Tensor, given: [Tensor, readonly number[]][]): number[] {
  const arrays = new Map<Tensor, NdArray>(given.map(([t, values]) => [t, ndarray(values, t.shape, "f64")]));
  return [...(valuesOf([y], arrays)[0]!.data as Float64Array)];
}

describe("Linear", () => {
  it("multiplies the last axis and adds the bias, whatever axes lead", () => {
    const layer = new Linear({ inputs: 2, outputs: 3 });
    const given: [Tensor, number[]][] = [
      [layer.weight, [1, 2, 3, 4, 5, 6]],
      [layer.bias!, [10, 20, 30]],
    ];
    for (const shape of [[2], [1, 2], [1, 1, 2]]) {
      const x = feed(shape);
      const y = layer.forward(x, scope);
      expect(y.shape).toEqual([...shape.slice(0, -1), 3]);
      expect(compute(y, [...given, [x, [1, -1]]])).toEqual([7, 17, 27]);
    }
  });

  it("has no bias if told so, and says which extent it wants", () => {
    const layer = new Linear({ inputs: 2, outputs: 3, bias: false });
    expect(Object.keys(layer).filter((name) => layer[name as "bias"] !== undefined)).toEqual(["weight"]);
    expect(() => layer.forward(feed([4, 5]))).toThrow("Linear: expected [… 2], got [4, 5]");
  });
});

describe("convolutions", () => {
  it("Conv1d slides the kernel without turning it", () => {
    const layer = new Conv1d({ inputs: 1, outputs: 1, kernel: 2 });
    const x = feed([1, 1, 4]);
    const y = layer.forward(x, scope);
    expect(
      compute(y, [
        [x, [1, 2, 4, 8]],
        [layer.weight, [1, 10]],
        [layer.bias!, [0.5]],
      ]),
    ).toEqual([21.5, 42.5, 84.5]);
  });

  it.each([
    [{ kernel: 3 }, [2, 4, 5, 6]],
    [{ kernel: 3, padding: 1 }, [2, 4, 7, 8]],
    [{ kernel: 3, padding: 1, stride: 2 }, [2, 4, 4, 4]],
    [{ kernel: [3, 5], padding: "same" }, [2, 4, 7, 8]],
    [{ kernel: 4, padding: "same", stride: 2 }, [2, 4, 4, 4]],
    [{ kernel: 3, dilation: 2, padding: [2, 1] }, [2, 4, 7, 6]],
    [{ kernel: 3, groups: 2 }, [2, 4, 5, 6]],
  ] as const)("Conv2d with %o gives %o from [2, 2, 7, 8]", (options, shape) => {
    expect(new Conv2d({ inputs: 2, outputs: 4, ...options }).forward(feed([2, 2, 7, 8])).shape).toEqual(shape);
  });

  it.each([
    [{ kernel: 4, stride: 2, padding: 1 }, [2, 4, 14, 16]],
    [{ kernel: 3, stride: 2, padding: 1, outputPadding: 1 }, [2, 4, 14, 16]],
    [{ kernel: 3, stride: 2, padding: "same" }, [2, 4, 14, 16]],
    [{ kernel: 2, stride: 3, padding: "same" }, [2, 4, 21, 24]],
    [{ kernel: 3, groups: 2 }, [2, 4, 9, 10]],
  ] as const)("ConvTranspose2d with %o gives %o from [2, 2, 7, 8]", (options, shape) => {
    expect(new ConvTranspose2d({ inputs: 2, outputs: 4, ...options }).forward(feed([2, 2, 7, 8])).shape).toEqual(shape);
  });

  it("ConvTranspose2d adds a copy of the kernel for each element", () => {
    const layer = new ConvTranspose2d({ inputs: 1, outputs: 1, kernel: 2, stride: 2, bias: false });
    const x = feed([1, 1, 1, 2]);
    expect(
      compute(layer.forward(x), [
        [x, [1, 10]],
        [layer.weight, [1, 2, 3, 4]],
      ]),
    ).toEqual([1, 2, 10, 20, 3, 4, 30, 40]);
  });

  it("refuses options that make no sense", () => {
    expect(() => new Conv2d({ inputs: 3, outputs: 4, kernel: 3, groups: 2 })).toThrow("groups that divide 3 and 4");
    expect(() => new Conv2d({ inputs: 3, outputs: 4, kernel: [3] })).toThrow("2 whole numbers ≥ 1 as kernel");
    expect(() => new Conv2d({ inputs: 3, outputs: 4, kernel: 3 }).forward(feed([3, 8, 8]))).toThrow("[N, C, H, W]");
  });
});

describe("recurrent layers", () => {
  const sizes = { inputs: 2, hidden: 3 };
  it.each([
    ["Lstm", (unroll: boolean) => new Lstm({ ...sizes, unroll })],
    ["Gru", (unroll: boolean) => new Gru({ ...sizes, unroll })],
  ])("%s begins anew where told to", (_, make) => {
    for (const unroll of [false, true]) {
      const layer = make(unroll);
      const x = feed([2, 5, 2]);
      const given = Object.values(layer)
        .filter((v): v is Tensor => typeof v === "object" && "node" in v)
        .map((p, k): [Tensor, number[]] => [p, Array.from({ length: p.size }, (__, i) => Math.sin(3 * i + k))]);
      const restart = constant(ndarray([0, 0, 1, 0, 0, 0, 0, 0, 0, 0], [2, 5], "bool"));
      const row = (from: number, to: number): Tensor => x.slice(0, 0, 1).slice(1, from, to);
      const apart = concat([layer.run(row(0, 2)).y, layer.run(row(2, 5)).y], 1);
      const values = Array.from({ length: x.size }, (__, i) => Math.cos(i));
      const { y } = layer.run(x, layer.initialCarry(2), { restart });
      const whole = layer.run(x.slice(0, 1)).y;
      const got = compute(y.sub(concat([apart, whole], 0)), [...given, [x, values]]);
      expect(Math.max(...got.map(Math.abs))).toBeLessThan(1e-12);
      expect(() => layer.run(x, layer.initialCarry(2), { restart: restart.slice(1, 1) })).toThrow("bool[2, 5]");
    }
  });
});

describe("Mlp and Sequential", () => {
  it("Mlp puts the activation between the layers only", () => {
    const net = new Mlp({ inputs: 1, hidden: [2], outputs: 1 });
    const [first, last] = net.layers;
    const x = feed([2, 1]);
    const given: [Tensor, number[]][] = [
      [first!.weight, [1, -1]],
      [first!.bias!, [0, 0]],
      [last!.weight, [-1, -2]],
      [last!.bias!, [0]],
      [x, [3, -3]],
    ];
    expect(compute(net.forward(x, scope), given)).toEqual([-3, -6]);
  });

  it("Sequential runs layers and functions in order", () => {
    const layer = new Linear({ inputs: 1, outputs: 1 });
    const net = new Sequential([(x) => x.add(1), layer, (x) => x.square()]);
    const x = feed([1, 1]);
    expect(
      compute(net.forward(x, scope), [
        [layer.weight, [3]],
        [layer.bias!, [0]],
        [x, [1]],
      ]),
    ).toEqual([36]);
  });
});
