import { describe, expect, it } from "vitest";
import { constantInit } from "../../src/ir/initializer.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { lower } from "../../src/onnx/lower.js";
import { fit, showSize, tracesOf, type Sizes } from "../../src/onnx/size.js";
import { exportModel, type SymbolSource } from "../../src/onnx/symbolic.js";
import { scan } from "../../src/tensor/control.js";
import { feed, param } from "../../src/tensor/inputs.js";
import { keyFromSeed, randomNormal, splitKey } from "../../src/tensor/random.js";
import { concat, full, iota, scalar, type Tensor } from "../../src/tensor/tensor.js";
import type { Graph } from "../../src/ir/graph.js";
import { expectClose, graphOf, listing, numbers, runModel } from "./check.js";

const i64 = (n: number): NdArray => ndarray([BigInt(n)], [], "i64");

/** The open file, at several sizes, gives what the closed graph gives. */
async function checkExport(
  trace: (sizes: Sizes) => Graph,
  symbols: Readonly<Record<string, SymbolSource>>,
  {
    at,
    feeds,
    weights = {},
  }: { at: readonly Sizes[]; feeds: (sizes: Sizes) => Record<string, NdArray>; weights?: Record<string, NdArray> },
): Promise<void> {
  const model = exportModel({ trace, symbols, weights });
  for (const sizes of at) {
    const own = Object.entries(symbols).flatMap(([symbol, source]) =>
      source.from === "input" ? [[source.name, i64(sizes[symbol]!)] as const] : [],
    );
    const got = await runModel(model, { ...feeds(sizes), ...Object.fromEntries(own) });
    const wanted = await runModel(lower(trace(sizes), { weights }), feeds(sizes));
    for (const [name, array] of Object.entries(wanted)) {
      expect(got[name]!.shape, name).toEqual(array.shape);
      expectClose(got[name]!, array, { name, atol: 1e-6 });
    }
  }
}

describe("sizes", () => {
  it("are found from their values", () => {
    const found = (f: (s: Record<string, number>) => number, names = ["n", "m"]) => {
      const size = fit(
        tracesOf(names).map((sizes) => f(sizes)),
        names,
      );
      return size === undefined ? undefined : showSize(size);
    };
    expect(found(({ n }) => n!)).toBe("n");
    expect(found(({ n, m }) => 2 * n! - m! + 3)).toBe("2*n - 1*m + 3");
    expect(found(({ n, m }) => n! * m! + 5 * n!)).toBe("5*n + n*m");
    expect(found(({ n, m, k }) => n! * m! + 2 * k! * m! - 1, ["n", "m", "k"])).toBe("n*m + 2*m*k - 1");
    expect(found(({ n }) => n! * n!)).toBeUndefined();
    expect(found(({ n }) => Math.floor(n! / 2))).toBeUndefined();
    expect(found(() => 7)).toBe("7");
  });
});

describe("exported files", () => {
  const weights = { w: numbers([2, 4], "f32", 5), b: numbers([4], "f32", 6) };
  const [w, b] = [param([2, 4], constantInit(0)), param([4], constantInit(0))];

  it("sample any number, through a network", async () => {
    const trace = ({ n }: Sizes): Graph => {
      const seed = feed([], "i64");
      const z = randomNormal(splitKey(keyFromSeed(seed.cast("u64")), 1), [n!, 2]);
      return graphOf({ seed, w, b }, { samples: z.matmul(w).add(b).relu().reshape([n!, 2, 2]).transpose([0, 2, 1]) });
    };
    await checkExport(
      trace,
      { n: { from: "input", name: "n" } },
      { at: [1, 2, 7, 300].map((n) => ({ n })), feeds: () => ({ seed: i64(3) }), weights },
    );
    const model = exportModel({ trace, symbols: { n: { from: "input", name: "n" } }, weights });
    expect(model.graph.outputs).toEqual([{ name: "samples", dtype: "f32", shape: ["n", 2, 2] }]);
  });

  it("leave a size to Reshape, and work out others once, at the top", () => {
    const trace = ({ n }: Sizes): Graph => {
      const x = feed([n!, 2]);
      return graphOf(
        { x },
        {
          flat: x.reshape([2 * n!]),
          wide: x.reshape([n!, 1, 2]).expand([n!, n! + 1, 2]),
          first: x.slice(0, 0, n! - 1),
        },
      );
    };
    expect(listing(exportModel({ trace, symbols: { n: { from: "dim", input: "x", axis: 0 } } })))
      .toMatchInlineSnapshot(`
      "size.shape_0 = Shape(x) {start=0 end=1}
      size.add_1 = Add(size.shape_0, size.constant_2)
      size.concat_2 = Concat(size.shape_0, size.add_1, size.constant_3) {axis=0}
      size.add_3 = Add(size.shape_0, size.constant_0)
      flat = Reshape(x, size.constant_0)
      reshape_1 = Reshape(x, size.constant_1)
      wide = Expand(reshape_1, size.concat_2)
      first = Slice(x, shape_3, size.add_3, shape_3, shape_5)"
    `);
  });

  it("read a size from an input's axis", async () => {
    const trace = ({ n }: Sizes): Graph => {
      const x = feed([n!, 2]);
      const wide = concat([x, full([n!, 1], 2), x.slice(0, 0, n! - 1).pad([1, 0], [0, 0])], 1); // [n 5]
      return graphOf(
        { x, w, b },
        {
          y: x.matmul(w).add(b).sum(1),
          z: wide.reshape([5 * n!]),
          i: iota(n!, "i32"),
          s: wide.reshape([n! * 5, 1]).expand([n! * 5, 2]),
        },
      );
    };
    await checkExport(
      trace,
      { n: { from: "dim", input: "x", axis: 0 } },
      { at: [1, 3, 8].map((n) => ({ n })), feeds: ({ n }) => ({ x: numbers([n!, 2]) }), weights },
    );
  });

  it("loop as often as asked, and draw in the loop", async () => {
    const trace = ({ n, steps }: Sizes): Graph => {
      const seed = feed([], "i64");
      const k = keyFromSeed(seed.cast("u64"));
      const start = randomNormal(splitKey(k, 0), [n!, 3]);
      const total = scalar(steps!, "i32").cast("f32"); // a whole number that is a size may be used as one
      const { carry, ys } = scan({ carry: [start, scalar(0, "i32")], length: steps! }, ([x, t]) => {
        const time = t!.cast("f32").div(total);
        const noise = randomNormal(splitKey(k, t!.add(1)), [n!, 3]);
        return { carry: [x!.mul(0.9).add(noise.mul(time)), t!.add(1)], ys: [x!.sum()] };
      });
      return graphOf({ seed }, { samples: carry[0]!, sums: ys[0]! });
    };
    const at = [
      { n: 1, steps: 1 },
      { n: 4, steps: 7 },
      { n: 2, steps: 20 },
    ];
    await checkExport(
      trace,
      { n: { from: "input", name: "n" }, steps: { from: "input", name: "steps" } },
      { at, feeds: () => ({ seed: i64(1) }) },
    );
  });

  it("scan arrays of open length, and multiply sizes", async () => {
    const trace = ({ n, t }: Sizes): Graph => {
      const x = feed([t!, n!, 2]);
      const { carry, ys } = scan({ carry: [full([n!, 2], 0)], xs: [x], reverse: true }, ([h], [row]) => ({
        carry: [h!.mul(0.5).add(row!)],
        ys: [h!],
      }));
      return graphOf({ x }, { end: carry[0]!, flat: ys[0]!.reshape([t! * n!, 2]), count: iota(n! * t!, "i64") });
    };
    const symbols = { n: { from: "dim", input: "x", axis: 1 }, t: { from: "dim", input: "x", axis: 0 } } as const;
    await checkExport(trace, symbols, {
      at: [
        { n: 1, t: 1 },
        { n: 3, t: 5 },
      ],
      feeds: ({ n, t }) => ({ x: numbers([t!, n!, 2]) }),
    });
  });
});

describe("what is no size", () => {
  const symbols = { n: { from: "input", name: "n" } } as const;
  const refuse = (f: (n: number) => Tensor) => () =>
    exportModel({ trace: ({ n }) => graphOf({}, { y: f(n!) }), symbols });

  it("is refused, naming the operator and the symbol", () => {
    expect(refuse((n) => iota(n).mul(1 / n))).toThrow(/Mul "y": expected a constant .* the same for every n/);
    expect(
      refuse((n) =>
        iota(n)
          .reshape([1, n])
          .expand([Math.ceil(n / 2), n]),
      ),
    ).toThrow(/every n/);
    expect(refuse((n) => (n % 4 === 3 ? iota(n).exp() : iota(n).neg()))).toThrow(/which operator is used.*every n/);
  });
  it("needs the axis that it is read from, and a free name", () => {
    const x = feed([3]);
    expect(() =>
      exportModel({
        trace: () => graphOf({ x }, { y: x.exp() }),
        symbols: { n: { from: "dim", input: "x", axis: 0 } },
      }),
    ).toThrow(/to be n, got 3/);
    expect(() => exportModel({ trace: () => graphOf({ x }, { n: x.exp() }), symbols })).toThrow(
      /expected "n" to be free/,
    );
  });
});
