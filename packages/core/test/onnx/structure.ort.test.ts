import { describe, expect, it } from "vitest";
import { key } from "../../src/rng/key.js";
import { randomBits as hostBits } from "../../src/rng/random.js";
import { simplify } from "../../src/ir/simplify.js";
import { ndarray } from "../../src/ndarray.js";
import { evaluate } from "../../src/ir/evaluate.js";
import { standardize } from "../../src/nn/norm.js";
import { importModel } from "../../src/onnx/import.js";
import { lower } from "../../src/onnx/lower.js";
import { encodeModel, type OnnxModel } from "../../src/onnx/proto.js";
import { callGraph, graphOf as closed, scan } from "../../src/tensor/control.js";
import { gelu, softmax, softplus } from "../../src/tensor/math.js";
import { keyFromSeed, randomBits, randomNormal, splitKey } from "../../src/tensor/random.js";
import { apply, iota, scalar, type Tensor } from "../../src/tensor/tensor.js";
import { feed, param } from "../../src/tensor/inputs.js";
import { constantInit } from "../../src/ir/initializer.js";
import { grad } from "../../src/autodiff/grad.js";
import { check, expectClose, graphOf, listing, numbers, runModel } from "./check.js";

describe("loops", () => {
  it.each([false, true])("scans arrays and stacks rows, reverse: %s", async (reverse) => {
    const [c, x, w] = [feed([3]), feed([4, 3]), feed([3])];
    const { carry, ys } = scan({ carry: [c], xs: [x], reverse }, ([a], [row]) => {
      const next = a!.mul(w).add(row!);
      return { carry: [next], ys: [next.mul(2), a!, row!, w] };
    });
    const graph = graphOf({ c, x, w }, { end: carry[0]!, a: ys[0]!, b: ys[1]!, d: ys[2]!, e: ys[3]! });
    const model = await check(graph, { c: numbers([3]), x: numbers([4, 3]), w: numbers([3], "f32", 3) });
    expect(model.graph.nodes.map(({ op }) => op)).toEqual(["Scan"]);
  });
  it.each([false, true])("repeats without arrays, reverse: %s", async (reverse) => {
    const [c, w] = [feed([3]), feed([3])];
    const { carry, ys } = scan({ carry: [c, scalar(0, "i32")], length: 5, reverse }, ([a, t]) => ({
      carry: [a!.mul(w).add(t!.cast("f32")), t!.add(1)],
      ys: [a!.mul(3)],
    }));
    await check(graphOf({ c, w }, { end: carry[0]!, t: carry[1]!, rows: ys[0]! }), {
      c: numbers([3]),
      w: numbers([3], "f32", 3),
    });
  });
  it("drops what nobody reads", async () => {
    const [c, x, unused] = [feed([3]), feed([4, 3]), feed([3])];
    const { carry } = scan({ carry: [c, unused], xs: [x, x.mul(2)] }, ([a, b], [row, other]) => ({
      carry: [a!.add(row!), b!.mul(other!)],
      ys: [b!.exp()],
    }));
    const model = await check(graphOf({ c, x, unused }, { end: carry[0]! }), {
      c: numbers([3]),
      x: numbers([4, 3]),
      unused: numbers([3]),
    });
    expect(listing(model)).toMatchInlineSnapshot(`
      "end = Scan(c, x) {num_scan_inputs=1}
        add_0 = Add(carry_0, slice_0)"
    `);
  });
  it("nests, and swaps carries", async () => {
    const [c, d] = [feed([2]), feed([2])];
    const { carry } = scan({ carry: [c, d], length: 3 }, ([a, b]) => {
      const { carry: inner, ys } = scan({ carry: [a!], length: 2 }, ([p]) => ({ carry: [p!.add(b!)], ys: [p!] }));
      return { carry: [b!, inner[0]!.add(ys[0]!.sum(0))] };
    });
    await check(graphOf({ c, d }, { x: carry[0]!, y: carry[1]! }), { c: numbers([2]), d: numbers([2], "f32", 2) });
  });
  it("differentiates", async () => {
    const [c, x, w] = [feed([3]), feed([4, 3]), feed([3])];
    const { carry, ys } = scan({ carry: [c], xs: [x] }, ([a], [row]) => ({
      carry: [a!.mul(w).add(row!).tanh()],
      ys: [a!.mul(row!)],
    }));
    const loss = carry[0]!.sum().add(ys[0]!.sum());
    const [gw, gx, gc] = grad(loss, [w, x, c]);
    await check(graphOf({ c, x, w }, { loss, gw: gw!, gx: gx!, gc: gc! }), {
      c: numbers([3]),
      x: numbers([4, 3]),
      w: numbers([3], "f32", 3),
    });
  });
});

describe("calls", () => {
  it("unfolds them, nested and with several results", async () => {
    const [x, y, z] = [feed([3]), feed([3]), feed([3])];
    const inner = closed([y, z], [softplus(y).add(z), y.mul(z)]);
    const [a, b] = callGraph(inner, [x.add(1), x.exp()]);
    const [c] = callGraph(inner, [a!, b!]);
    const model = await check(graphOf({ x }, { a: a!, b: b!, c: c! }), { x: numbers([3]) });
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(model.graph.nodes.some(({ op }) => op === "Identity")).toBe(false);
  });
  it("keeps a barrier's node apart", async () => {
    const x = feed([3]);
    const model = await check(graphOf({ x }, { y: x.exp().mul(apply("barrier", [x], {}).exp()) }), { x: numbers([3]) });
    expect(listing(model)).toMatchInlineSnapshot(`
      "exp_0 = Exp(x)
      identity_0 = Identity(x)
      exp_1 = Exp(identity_0)
      y = Mul(exp_0, exp_1)"
    `);
  });
});

describe("names", () => {
  it("gives outputs their names, with Identity only where two share a value", async () => {
    const x = feed([3]);
    const y = x.exp();
    const model = await check(graphOf({ x }, { y, again: y, same: x, exp_0: y.neg() }), { x: numbers([3]) });
    expect(listing(model)).toMatchInlineSnapshot(`
      "y = Exp(x)
      exp_0 = Neg(y)
      again = Identity(y)
      same = Identity(x)"
    `);
  });
  it("bakes weights", async () => {
    const [x, w] = [feed([2, 3]), param([3, 2], constantInit(0))];
    const graph = graphOf({ x, "net.weight": w }, { y: x.matmul(w) });
    const model = await check(graph, { x: numbers([2, 3]) }, { weights: { "net.weight": numbers([3, 2]) } });
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(() => lower(graph, { weights: { other: numbers([1]) } })).toThrow(/expected weights for inputs/);
  });
  it("is a function of the graph alone", () => {
    const build = () => {
      const x = feed([2, 3]);
      return listing(lower(graphOf({ x }, { y: x.matmul(x.transpose()).add(1).exp().sum() })));
    };
    expect(build()).toBe(build());
  });
});

describe("random bits", () => {
  it("are those of the host", async () => {
    const k = feed([], "u64");
    const bits = key(7);
    const { y } = await runModel(lower(graphOf({ k }, { y: randomBits(k, [10, 100]) })), {
      k: ndarray([bits], [], "u64"),
    });
    expect([...y!.data]).toEqual([...hostBits(bits, 1000)]);
  });
  it("splits keys and draws normals", async () => {
    const seed = feed([], "i64");
    const k = keyFromSeed(seed.cast("u64"));
    const graph = graphOf({ seed }, { child: splitKey(k, 3), z: randomNormal(splitKey(k, 1), [300]) });
    await check(graph, { seed: ndarray([5n], [], "i64") }, { atol: 1e-5 });
  });
  it("counts once, outside of the loop", async () => {
    const k = feed([], "u64");
    const { ys } = scan({ carry: [scalar(0, "i32")], length: 3 }, ([t]) => ({
      carry: [t!.add(1)],
      ys: [randomBits(splitKey(k, t!), [4])],
    }));
    const model = await check(graphOf({ k }, { bits: ys[0]! }), { k: ndarray([key(1)], [], "u64") });
    expect(model.graph.nodes.map(({ op }) => op)).toEqual(["Range", "Cast", "Loop"]);
  });
});

describe("products", () => {
  const listed = (
    f: (x: ReturnType<typeof feed>, w: ReturnType<typeof feed>, b: ReturnType<typeof feed>) => ReturnType<typeof feed>,
    target: "portable" | "cpu" = "portable",
  ) => {
    const [x, w, b] = [feed([2, 3]), feed([3, 4]), feed([4])];
    return listing(lower(graphOf({ x, w, b }, { y: f(x, w, b) }), { target }));
  };
  it("fold a bias and transpositions into Gemm", () => {
    expect(listed((x, w, b) => x.matmul(w).add(b).relu())).toMatchInlineSnapshot(`
      "gemm_0 = Gemm(x, w, b) {transA=0 transB=0}
      y = Relu(gemm_0)"
    `);
    expect(listed((x, w) => w.transpose().matmul(x.transpose()))).toMatchInlineSnapshot(
      `"y = Gemm(w, x) {transA=1 transB=1}"`,
    );
    expect(listed((x, w) => x.matmul(w))).toMatchInlineSnapshot(`"y = MatMul(x, w)"`);
  });
  it("use FusedMatMul on the CPU alone", () => {
    const f = (x: ReturnType<typeof feed>) =>
      x
        .reshape([1, 2, 3])
        .transpose()
        .matmul(x.reshape([1, 2, 3]));
    expect(listed(f)).toMatchInlineSnapshot(`
      "reshape_0 = Reshape(x, shape_0)
      transpose_0 = Transpose(reshape_0) {perm=0,2,1}
      y = MatMul(transpose_0, reshape_0)"
    `);
    expect(listed(f, "cpu")).toMatchInlineSnapshot(`
      "reshape_0 = Reshape(x, shape_0)
      y = com.microsoft.FusedMatMul(reshape_0, reshape_0) {transA=1 transB=0}"
    `);
  });
});

describe("products on the CPU", () => {
  const arrays = { x: numbers([2, 3, 3]), w: numbers([3, 4], "f32", 2), b: numbers([4], "f32", 3) };
  const made = (f: (x: Tensor, w: Tensor, b: Tensor) => Tensor) => {
    const [x, w, b] = [feed([2, 3, 3]), feed([3, 4]), feed([4])];
    return check(simplify(graphOf({ x, w, b }, { y: f(x, w, b) })), arrays, { target: "cpu" });
  };
  it("take in factors and biases, across reshapes", async () => {
    const model = await made((x, w, b) => gelu(x.matmul(w).add(b)).matmul(w.transpose()).mul(3));
    expect(listing(model)).toMatchInlineSnapshot(`
      "reshape_0 = Reshape(x, shape_0)
      mul_0 = Mul(b, const_0)
      gemm_0 = Gemm(reshape_0, w, mul_0) {transA=0 transB=0 alpha=0.7071067690849304}
      reshape_1 = Reshape(gemm_0, shape_1)
      erf_0 = Erf(reshape_1)
      add_0 = Add(erf_0, const_1)
      mul_1 = Mul(reshape_1, add_0)
      reshape_2 = Reshape(mul_1, shape_2)
      gemm_1 = Gemm(reshape_2, w) {transA=0 transB=1 alpha=2.1213203072547913}
      y = Reshape(gemm_1, shape_3)"
    `);
  });
  it("take in a bias across a reshape in any file", async () => {
    const [x, w, b] = [feed([2, 3, 3]), feed([3, 4]), feed([4])];
    const model = await check(graphOf({ x, w, b }, { y: x.matmul(w).add(b).mul(2) }), arrays, { target: "portable" });
    expect(model.graph.nodes.map(({ op }) => op)).toEqual(["Reshape", "Gemm", "Reshape", "Mul"]);
  });
  it("are not computed twice for a factor, nor scaled by one that others see", async () => {
    const model = await made((x, w) => {
      const y = x.matmul(w);
      return y
        .mul(3)
        .add(y.mul(0.5).matmul(w.transpose()).sum(-1, { keepDims: true }))
        .sub(y.mul(0.1).sum());
    });
    expect(listing(model)).toMatchInlineSnapshot(`
      "reshape_0 = Reshape(x, shape_0)
      mat_mul_0 = MatMul(reshape_0, w)
      reshape_1 = Reshape(mat_mul_0, shape_1)
      mul_0 = Mul(reshape_1, const_0)
      gemm_0 = Gemm(mat_mul_0, w) {transA=0 transB=1 alpha=0.5}
      reshape_2 = Reshape(gemm_0, shape_2)
      reduce_sum_0 = ReduceSum(reshape_2, shape_3) {keepdims=1}
      add_0 = Add(mul_0, reduce_sum_0)
      reduce_sum_1 = ReduceSum(reshape_1, shape_4) {keepdims=0}
      mul_1 = Mul(reduce_sum_1, const_1)
      y = Sub(add_0, mul_1)"
    `);
  });
  it("share a transposition that leaves the last axis last", async () => {
    const [q, k] = [feed([1, 3, 4, 5]), feed([1, 3, 2, 5])]; // [N, T, H, D]
    const heads = (v: Tensor) => v.transpose([0, 2, 1, 3]);
    const scores = heads(q.sum(2, { keepDims: true })).matmul(heads(k).transpose()); // kᵀ first, then k
    const graph = simplify(graphOf({ q, k }, { y: scores.matmul(heads(k)) }));
    const given = { q: numbers([1, 3, 4, 5]), k: numbers([1, 3, 2, 5], "f32", 2) };
    const model = await check(graph, given, { target: "cpu" });
    expect(listing(model)).toMatchInlineSnapshot(`
      "reduce_sum_0 = ReduceSum(q, shape_0) {keepdims=1}
      reshape_0 = Reshape(reduce_sum_0, shape_1)
      transpose_0 = Transpose(k) {perm=0,2,1,3}
      fused_mat_mul_0 = com.microsoft.FusedMatMul(reshape_0, transpose_0) {transA=0 transB=1}
      y = MatMul(fused_mat_mul_0, transpose_0)"
    `);
  });
  it("are turned round where a sum over many rows is flat", async () => {
    const [x, g] = [feed([300, 3]), feed([300, 256])];
    const given = { x: numbers([300, 3]), g: numbers([300, 256], "f32", 2) };
    const model = await check(graphOf({ x, g }, { y: x.transpose().matmul(g) }), given, { target: "cpu", atol: 1e-3 });
    expect(listing(model)).toMatchInlineSnapshot(`
      "gemm_0 = Gemm(g, x) {transA=1 transB=0}
      y = Transpose(gemm_0) {perm=1,0}"
    `);
  });
  it("leave a single row its own kernel", async () => {
    const model = await made((x, w) => x.slice(1, 0, 1).slice(0, 0, 1).mul(3).matmul(w).mul(0.5));
    expect(listing(model)).toMatchInlineSnapshot(`
      "slice_0 = Slice(x, shape_0, shape_1, shape_2, shape_1)
      reshape_0 = Reshape(slice_0, shape_3)
      mul_0 = Mul(reshape_0, const_0)
      mat_mul_0 = MatMul(mul_0, w)
      mul_1 = Mul(mat_mul_0, const_1)
      y = Reshape(mul_1, shape_4)"
    `);
  });
});

describe("softmax and normalisation along the last axis", () => {
  const arrays = { x: numbers([3, 5]), w: numbers([5], "f32", 2), b: numbers([5], "f32", 3) };
  const shifted = Array.from({ length: 15 }, (_, i) => 1000 + Math.sin(i));
  const far = { ...arrays, x: ndarray(shifted, [3, 5]) };
  const made = (f: (x: Tensor, w: Tensor, b: Tensor) => Tensor) => {
    const [x, w, b] = [feed([3, 5]), feed([5]), feed([5])];
    return simplify(graphOf({ x, w, b }, { y: f(x, w, b) }));
  };
  const operators = (model: OnnxModel) => model.graph.nodes.map(({ op }) => op);
  const norm = (x: Tensor) => standardize(x, [-1], 1e-5);
  it.each(["portable", "cpu"] as const)("are one operator where nobody else reads their parts: %s", async (target) => {
    expect(
      operators(
        await check(
          made((x) => softmax(x)),
          arrays,
          { target },
        ),
      ),
    ).toEqual(["Softmax"]);
    const centred = ["ReduceSum", "Mul", "Sub"];
    for (const [f, rest] of [
      [norm, []],
      [(x: Tensor, w: Tensor) => norm(x).mul(w), []],
      [(x: Tensor, w: Tensor, b: Tensor) => norm(x).mul(w).add(b), []],
      [(x: Tensor) => norm(x).mul(x), ["Mul"]],
    ] as const) {
      const graph = made(f);
      expect(operators(await check(graph, arrays, { target }))).toEqual([...centred, "LayerNormalization", ...rest]);
      await check(graph, far, { target, rtol: 1e-3, atol: 1e-3 }); // 1000 + x has three digits less
      const back = importModel(encodeModel(lower(graph, { target })));
      const again = evaluate(back.graph, { ...arrays, ...back.weights });
      expectClose(again["y"]!, evaluate(graph, arrays)["y"]!, { rtol: 1e-6, atol: 1e-6 });
    }
  });
  it("are several where somebody does, along another axis, or by another mean", () => {
    const parts = (f: (x: Tensor) => Tensor) => operators(lower(made(f), { target: "cpu" }));
    for (const f of [
      (x: Tensor) => softmax(x, 0),
      (x: Tensor) => softmax(x).add(x.sub(x.max(-1, { keepDims: true })).exp()),
      (x: Tensor) => standardize(x, [0], 1e-5),
      (x: Tensor) => x.mul(x.square().mean(-1, { keepDims: true }).add(1e-5).sqrt().reciprocal()),
      (x: Tensor) => grad(norm(x).square().mul(iota(5)).sum(), [x])[0]!,
    ])
      expect(parts(f).filter((op) => op === "Softmax" || op === "LayerNormalization")).toEqual([]);
  });
});

it("lowers a graph that is deeper than the stack", () => {
  let x = feed([2]);
  const first = x;
  for (let i = 0; i < 30_000; i++) x = x.add(first);
  expect(lower(graphOf({ x: first }, { x2: x })).graph.nodes).toHaveLength(30_000);
});

it("trains: a step of a small VAE", async () => {
  const shapes: Record<string, number[]> = {
    w1: [6, 8],
    b1: [8],
    wm: [8, 2],
    bm: [2],
    ws: [8, 2],
    bs: [2],
    w2: [2, 8],
    b2: [8],
    w3: [8, 6],
    b3: [6],
  };
  const params = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, param(shape, constantInit(0))]),
  );
  const [x, k] = [feed([5, 6]), feed([], "u64")];
  const p = params as Record<string, ReturnType<typeof feed>>;
  const h = x.matmul(p.w1!).add(p.b1!).relu();
  const [mu, logVar] = [h.matmul(p.wm!).add(p.bm!), h.matmul(p.ws!).add(p.bs!)];
  const z = mu.add(
    logVar
      .mul(0.5)
      .exp()
      .mul(randomNormal(k, [5, 2])),
  );
  const logits = z.matmul(p.w2!).add(p.b2!).relu().matmul(p.w3!).add(p.b3!);
  const bce = softplus(logits).sub(x.mul(logits)).sum(1).mean();
  const kl = mu.square().add(logVar.exp()).sub(logVar).sub(1).sum(1).mean().mul(0.5);
  const loss = bce.add(kl);
  const names = Object.keys(params);
  const grads = grad(
    loss,
    names.map((name) => p[name]!),
  );
  const moments = Object.fromEntries(names.map((name) => [`m.${name}`, param(shapes[name]!, constantInit(0))]));
  const outputs = Object.fromEntries(
    names.flatMap((name, i) => {
      const m = moments[`m.${name}`]!.mul(0.9).add(grads[i]!);
      return [
        [`next.m.${name}`, m],
        [`next.${name}`, p[name]!.sub(m.mul(1e-3).div(m.square().sqrt().add(1e-8)))],
      ];
    }),
  ) as Record<string, ReturnType<typeof feed>>;
  const graph = graphOf({ x, k, ...params, ...moments }, { loss, ...outputs });
  const feeds = Object.fromEntries(
    names.flatMap((name, i) => [
      [name, numbers(shapes[name]!, "f32", i)],
      [`m.${name}`, numbers(shapes[name]!, "f32", i + 50)],
    ]),
  );
  for (const target of ["portable", "cpu"] as const) {
    const model = await check(
      graph,
      { ...feeds, x: numbers([5, 6], "f32", 99), k: ndarray([key(3)], [], "u64") },
      { target, atol: 1e-4 },
    );
    expect(model.graph.nodes.some(({ op }) => op === "Identity" || op === "Transpose")).toBe(false);
  }
});
