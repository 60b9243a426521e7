/** @file Reverse-mode differentiation: from a graph to the graph of its gradient. */
import { isReal } from "../dtype.js";
import { GenError } from "../error.js";
import { typeOf, type Node } from "../ir/node.js";
import { dependents, topological } from "../ir/walk.js";
import { slot } from "../tensor/inputs.js";
import { full, sumTo, Tensor } from "../tensor/tensor.js";
import { sameShape, showShape } from "../shape.js";
import { rules, type VjpRule } from "./rules.js";
import type { Op } from "../ir/ops.js";

/**
 * The gradient of a scalar: ∂loss/∂w for each `w`, in the order given; zeros where the loss does not depend on it.
 * The result is made of primitives and can be differentiated again.
 *
 * @param loss a real scalar
 * @throws GenError `shape` if the loss is not a scalar, `dtype` if it or a `wrt` is not real
 * @see Griewank & Walther 2008, "Evaluating Derivatives", §3.2
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.size !== 1) {
    throw new GenError("shape", `grad: expected a scalar loss, got ${showShape(loss.shape)}`, {
      fix: "reduce it first: loss.mean() or loss.sum()",
    });
  }
  return vjp([loss], [full(loss.shape, 1, loss.dtype)], wrt);
}

/**
 * Cotangents pulled back: for y = f(w) and cotangents ȳ, the products ȳᵀ·∂y/∂w, one for each `w`.
 *
 * @throws GenError `shape` if a cotangent has another shape than its output, `dtype` for a `wrt` that is not real
 */
export function vjp(outputs: readonly Tensor[], cotangents: readonly Tensor[], wrt: readonly Tensor[]): Tensor[] {
  const roots = outputs.map(({ node }) => node);
  checkOperands(outputs, cotangents, wrt);
  const sources = new Set(wrt.map(({ node }) => node));
  const active = dependents(roots, sources);
  const reached = new Map<Node, (Tensor | undefined)[]>(); // cotangent of each result, summed so far
  const add = (node: Node, result: number, g: Tensor): void => {
    const { dtype, shape } = node.types[result]!;
    if (!active.has(node) || !isReal(dtype)) return;
    const sums = reached.get(node) ?? node.types.map(() => undefined);
    const known = sums[result];
    const narrow = sumTo(g, shape);
    sums[result] = known === undefined ? narrow : known.add(narrow);
    reached.set(node, sums);
  };
  roots.forEach((node, i) => add(node, 0, cotangents[i]!));

  for (const node of topological(roots).reverse()) {
    const gs = reached.get(node);
    if (gs === undefined || !node.inputs.some((input) => active.has(input))) continue;
    pull(node, gs).forEach((cotangent, i) => {
      const input = node.inputs[i]!;
      if (cotangent === null) return;
      if (cotangent instanceof Tensor) add(input, 0, cotangent);
      else add(input, cotangent.result, cotangent.g);
    });
  }
  return wrt.map((w) => reached.get(w.node)?.[0] ?? full(w.shape, 0, w.dtype));
}

/** The one dispatch: a row of the table applied to its node. */
function pull(node: Node, gs: readonly (Tensor | undefined)[]): ReturnType<VjpRule<Op>> {
  const x = node.inputs.map((input) => new Tensor(input));
  const y = new Tensor(node);
  const rule = rules[node.op] as VjpRule<Op>;
  return rule((gs[0] ?? gs.find((g) => g !== undefined))!, { x, y, attrs: node.attrs, node, gs });
}

function checkOperands(outputs: readonly Tensor[], cotangents: readonly Tensor[], wrt: readonly Tensor[]): void {
  outputs.forEach((y, i) => {
    const g = cotangents[i];
    if (g === undefined || !sameShape(y.shape, g.shape)) {
      throw new GenError(
        "shape",
        `vjp: expected a cotangent ${showShape(y.shape)} for output ${i}, got ${g === undefined ? "none" : showShape(g.shape)}`,
      );
    }
  });
  for (const t of [...outputs, ...wrt]) {
    const { dtype, shape } = typeOf(t.node);
    if (!isReal(dtype)) throw new GenError("dtype", `grad: expected real numbers, got ${dtype}${showShape(shape)}`);
  }
}

/**
 * Tangents pushed forward: for y = f(w) and tangents ẇ, the product ∂y/∂w·ẇ, by differentiating a vjp by its cotangent.
 *
 * @see Christianson 1992; the "double vjp" form
 */
export function jvp(output: Tensor, wrt: readonly Tensor[], tangents: readonly Tensor[]): Tensor {
  const cotangent = slot(output); // the result is linear in it, so it never appears there
  const pulled = vjp([output], [cotangent], wrt);
  const inner = pulled.map((p, i) => p.mul(tangents[i]!).sum()).reduce((a, b) => a.add(b));
  return vjp([inner], [full([], 1, output.dtype)], [cotangent])[0]!;
}
