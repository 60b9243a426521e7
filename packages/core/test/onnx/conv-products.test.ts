import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/ir/evaluate.js";
import type { Graph } from "../../src/ir/graph.js";
import { typeOf, type Node } from "../../src/ir/node.js";
import { simplify } from "../../src/ir/simplify.js";
import type { ConvAttrs } from "../../src/ir/ops.js";
import { grad } from "../../src/autodiff/grad.js";
import { withProducts } from "../../src/onnx/channels-last.js";
import { geometries } from "../../src/testing/primitive-cases-conv.js";
import { enlarge } from "../../src/nn/resize.js";
import { feed } from "../../src/tensor/inputs.js";
import { apply, concat, type Tensor } from "../../src/tensor/tensor.js";
import { graphOf, numbers } from "./check.js";

/** Are the kernels wide enough that each input meets one? */
const isCovered = ({ w, strides, groups }: (typeof geometries)[number]): boolean =>
  groups === 1 && strides.every((stride, i) => stride <= w[i + 2]!);

describe("convolutions as products", () => {
  it.each(geometries.filter(isCovered).map((geometry) => [geometry.name, geometry] as const))(
    "compute the same, with their gradients: %s",
    (_, { x: xs, w: ws, strides, pads, dilations, groups }) => {
      const attrs: ConvAttrs = { strides, pads, dilations, groups };
      const [x, w] = [feed(xs), feed(ws)];
      const y = apply("conv", [x, w], attrs);
      const g = feed(y.shape);
      const [dx, dw] = grad(y.mul(g).sum(), [x, w]);
      expectSame(graphOf({ x, w, g }, { y, dx: dx!, dw: dw! }), { x: xs, w: ws, g: y.shape });
    },
  );

  // Pictures of 0.33 or 2.6 MB as they are laid out: what is gathered of x for y and dw, and of g for dx.
  it.each([
    { batch: 3, channels: 16, gathered: [3, 3] }, // one part is kept for the gradient of w
    { batch: 8, channels: 16, gathered: [4, 4, 4, 4, 8] }, // several are gathered once more
    { batch: 2, channels: 128, gathered: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 2] },
  ])("work on $batch pictures of $channels channels in parts", ({ batch, channels, gathered }) => {
    const shapes = { x: [batch, channels, 24, 24], w: [2, channels, 3, 3], g: [batch, 2, 24, 24] } as const;
    const [x, w, g] = [feed(shapes.x), feed(shapes.w), feed(shapes.g)];
    const y = apply("conv", [x, w], { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 });
    const [dx, dw] = grad(y.mul(g).sum(), [x, w]);
    const products = expectSame(graphOf({ x, w, g }, { y, dx: dx!, dw: dw! }), shapes);
    const parts = products.nodes().flatMap(({ op, types }) => (op === "gather" ? [types[0]!.shape[0]! / 24 ** 2] : []));
    expect(parts.sort((a, b) => a - b)).toEqual(gathered);
  });

  it("keep an enlarged picture with the channels last", () => {
    const shapes = { x: [2, 4, 3, 3], w: [8, 4, 3, 3], v: [6, 8, 3, 3], g: [2, 6, 6, 6] };
    const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, feed(shape)]));
    const { x, w, v, g } = inputs as { [K in keyof typeof shapes]: Tensor };
    const same = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 };
    const y = apply("conv", [enlarge(apply("conv", [x, w], same), 2), v], same);
    const [dx, dw] = grad(y.mul(g).sum(), [x, w]);
    const products = expectSame(graphOf(inputs, { y, dx: dx!, dw: dw! }), shapes);
    expect(turned(products)).toHaveLength(4); // x and g on their way in, y and dx on their way out
  });

  it("keep what stands between them with the channels last", () => {
    const shapes = { x: [2, 4, 6, 6], w: [8, 4, 3, 3], b: [8], skip: [2, 8, 6, 6], v: [6, 12, 3, 3], g: [2, 6, 6, 6] };
    const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, feed(shape)]));
    const { x, w, b, skip, v, g } = inputs as { [K in keyof typeof shapes]: Tensor };
    const same = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 };
    const h = apply("conv", [x, w], same)
      .add(b.reshape([8, 1, 1]))
      .relu()
      .add(skip);
    const groups = h.reshape([2, 2, 4, 6, 6]);
    const normal = groups.sub(groups.mean([2, 3, 4], { keepDims: true })).reshape(h.shape);
    const wide = concat([normal.slice(1, 2, 6), h], 1)
      .pad([0, 0, 1, 0], [0, 0, 0, 1])
      .slice(2, 1)
      .slice(3, 0, 6);
    const y = apply("conv", [wide, v], same);
    const [dw, db, dv] = grad(y.mul(g).sum(), [w, b, v]);
    const graph = graphOf(inputs, { y, dw: dw!, db: db!, dv: dv!, most: h.max([0, 2, 3]) });
    const products = expectSame(graph, shapes);
    // x, skip and g on their way in, y on its way out.
    expect(turned(products)).toHaveLength(4);
  });
});

/** Transpositions of whole pictures, not of kernels. */
function turned(graph: Graph): Node[] {
  return simplify(graph)
    .nodes()
    .filter(({ op, inputs }) => op === "transpose" && typeOf(inputs[0]!).shape[0] === 2);
}

function expectSame(graph: Graph, shapes: Record<string, readonly number[]>): Graph {
  const products = withProducts(graph, () => true);
  expect(products.nodes().filter(({ op }) => op.startsWith("conv"))).toEqual([]);
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [name, numbers([...shape], "f64", i + 1)]),
  );
  const [wanted, got] = [evaluate(graph, inputs), evaluate(products, inputs)];
  for (const [name, { shape, data }] of Object.entries(wanted)) {
    expect(got[name]!.shape).toEqual(shape);
    const far = [...data].reduce<number>(
      (most, v, i) => Math.max(most, Math.abs(Number(v) - Number(got[name]!.data[i]))),
      0,
    );
    expect(far).toBeLessThan(1e-11);
  }
  return products;
}
