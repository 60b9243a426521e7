/** @file Functions of tensors, as small models with a loss, and losses of second order: for laws about gradients, and about devices. */
import { hessianVectorProduct, hutchinsonTrace, jacobian } from "../../src/autodiff/derivatives.js";
import { grad } from "../../src/autodiff/grad.js";
import { normalInit } from "../../src/ir/initializer.js";
import { ndarray } from "../../src/ndarray.js";
import { attention, writeRows } from "../../src/nn/attention.js";
import { Conv2d } from "../../src/nn/conv.js";
import { Linear } from "../../src/nn/linear.js";
import { MultiHeadAttention } from "../../src/nn/multi-head-attention.js";
import { LayerNorm } from "../../src/nn/norm.js";
import { averagePool, maxPool } from "../../src/nn/pool.js";
import { RotaryPositions } from "../../src/nn/positions.js";
import { depthToSpace, enlarge, resize, spaceToDepth } from "../../src/nn/resize.js";
import { linearSpline, quadraticSpline, rationalQuadraticSpline, type Mapped } from "../../src/nn/spline.js";
import { param } from "../../src/tensor/inputs.js";
import { diagonalMatrix, eye, logAbsDet, solveTriangular } from "../../src/tensor/matrix.js";
import { isTopP, sort, topK } from "../../src/tensor/select.js";
import { constant, scalar, type Tensor } from "../../src/tensor/tensor.js";
import type { ModelCase } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";

/** A loss of some tensors of these shapes, all of them learned. */
function of<K extends string>(
  shapes: Readonly<Record<K, readonly number[]>>,
  f: (tensors: { readonly [I in K]: Tensor }) => Tensor,
): () => ModelCase {
  return () => {
    const entries = Object.entries(shapes) as [K, readonly number[]][];
    const model = Object.fromEntries(entries.map(([name, shape]) => [name, param(shape, normalInit({ std: 1 }))]));
    return {
      model,
      loss: () =>
        f(model as { readonly [I in K]: Tensor })
          .add(0.1)
          .sin()
          .sum(),
    };
  };
}

const both = ({ y, logSlope }: Mapped): Tensor => y.add(logSlope.mul(0.5));

/** A critic of pictures [N, 2, 4, 4] in which every kind of layer has a gradient of a gradient. */
class Critic {
  readonly conv = new Conv2d({ inputs: 2, outputs: 4, kernel: 3, stride: 2, padding: 1 });
  readonly norm = new LayerNorm({ features: 4 });
  readonly mix = new MultiHeadAttention({ features: 4, heads: 2 });
  readonly last = new Linear({ inputs: 4, outputs: 1 });

  forward(x: Tensor): Tensor {
    const h = this.conv.forward(x).tanh(); //                       [N, 4, 2, 2]
    const tokens = this.norm.forward(h.flatten(2).transpose()); //  [N, 4 places, 4]
    return this.last.forward(tokens.add(this.mix.forward(tokens)).mean(1)).squeeze(1); // [N]
  }
}

export const functionCases: Readonly<Record<string, () => ModelCase>> = {
  rationalQuadraticSpline: of(
    { x: [3, 2], widths: [2, 4], heights: [3, 2, 4], slopes: [3, 2, 3] },
    ({ x, ...params }) => both(rationalQuadraticSpline(x, params)),
  ),
  "rationalQuadraticSpline, inverse": of(
    { x: [5], widths: [5, 4], heights: [5, 4], slopes: [5, 5] },
    ({ x, ...params }) => both(rationalQuadraticSpline(x, params, { inverse: true, tails: "free" })),
  ),
  quadraticSpline: of({ x: [5], widths: [5, 4], heights: [5, 4] }, ({ x, ...params }) =>
    both(quadraticSpline(x, params, { tails: "circle", interval: [-1, 1] })),
  ),
  linearSpline: of({ x: [5], heights: [4] }, ({ x, heights }) => both(linearSpline(x, heights, { inverse: true }))),

  "attention, shared keys and a window": of({ q: [2, 4, 3, 4], k: [2, 2, 5, 4], v: [2, 2, 5, 3] }, ({ q, k, v }) =>
    attention({ query: q, key: k, value: v, causal: true, window: 2 }),
  ),
  "attention over a cache": of({ q: [1, 2, 2, 4], k: [1, 2, 6, 4], fresh: [1, 2, 2, 4] }, ({ q, k, fresh }) => {
    const keys = writeRows(k, new RotaryPositions({ length: 6, features: 4 }).forward(fresh), scalar(3, "i32"));
    const positions = constant(ndarray([3, 4], [2], "i32"));
    return attention({ query: q, key: keys, value: keys, causal: true, positions });
  }),
  maxPool: of({ x: [1, 2, 5, 6] }, ({ x }) => maxPool(x, { kernel: 3, stride: 2, padding: 1 })),
  "maxPool, side by side": of({ x: [1, 2, 4, 6] }, ({ x }) => maxPool(x, { kernel: [2, 3] })),
  averagePool: of({ x: [1, 2, 6, 6] }, ({ x }) =>
    averagePool(x, { kernel: 3, stride: 2, padding: 1 }).add(averagePool(x, { kernel: 2 })),
  ),
  resize: of({ x: [1, 2, 3, 4] }, ({ x }) =>
    resize(x, { size: [6, 8] })
      .add(enlarge(x, 2))
      .mul(resize(x, { size: [6, 8], mode: "nearest" })),
  ),
  "depthToSpace and spaceToDepth": of({ x: [1, 4, 2, 2] }, ({ x }) =>
    depthToSpace(x.sin(), 2).mul(spaceToDepth(depthToSpace(x, 2), 2).reshape([1, 1, 4, 4])),
  ),
  "topK, sort, isTopP": of({ x: [3, 6] }, ({ x }) =>
    topK(x, 2).values.sum(-1).add(sort(x).cumSum(-1).square().sum(-1)).add(isTopP(x, 0.7).where(x, 0).sum(-1)),
  ),
  "solveTriangular, logAbsDet": of({ a: [2, 3, 3], b: [2, 3, 2] }, ({ a, b }) => {
    const t = a.mul(0.3).add(eye(3));
    return solveTriangular(t, b)
      .add(solveTriangular(t, b, { upper: true, unit: true }))
      .add(logAbsDet(t.add(diagonalMatrix(b.slice(2, 0, 1).squeeze(2).square()))).reshape([2, 1, 1]));
  }),

  "jacobian, hessianVectorProduct, hutchinsonTrace": of({ x: [3, 2], w: [2, 2] }, ({ x, w }) => {
    const y = x.matmul(w).tanh();
    const [product] = hessianVectorProduct(y.square().sum(), [x], [constant(spread([3, 2]))]) as [Tensor];
    const trace = hutchinsonTrace(y, x, constant(spread([3, 2], [-1, 1], 4)));
    return jacobian(y, x).sum([1, 2]).add(product.sum(1)).add(trace);
  }),
  "a gradient penalty through convolution, layer norm and attention": () => {
    const critic = new Critic();
    return {
      model: { critic },
      batch: { x: spread([2, 2, 4, 4]) },
      loss: ({ x }) => {
        const [slope] = grad(critic.forward(x!).sum(), [x!]) as [Tensor];
        const penalty = slope.square().sum([1, 2, 3]).add(1e-12).sqrt().sub(1).square().mean();
        return critic.forward(x!).mean().add(penalty.mul(10));
      },
    };
  },
};
