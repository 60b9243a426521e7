/**
 * @file Graph → the same graph with its convolutions as matrix products where conv-rule.ts says so, which want the
 * channels last. Whatever stands between two of them is computed with the channels last too, so that the axes change
 * places at the borders only: each node of a region is kept as a transposition of what it is with the channels last,
 * and nobody reads that transposition but at a border.
 */
import type { Graph } from "../ir/graph.js";
import { make, typeOf, type Node, type NodeOf } from "../ir/node.js";
import type { Attrs, Op } from "../ir/ops.js";
import { mapNodes, withBody } from "../ir/walk.js";
import { Tensor } from "../tensor/tensor.js";
import type { Shape } from "../shape.js";
import { convProduct, inputGradProduct, secondPerm, weightGradProduct } from "./conv-products.js";

export type ConvNode = NodeOf<"conv"> | NodeOf<"convInputGrad"> | NodeOf<"convWeightGrad">;

/** A node as a transposition: node = transpose(last, perm). */
interface Layout {
  readonly last: Node;
  readonly perm: readonly number[];
}

/** The graph with the convolutions that `wanted` names as products; itself if there are none. */
export function withProducts(graph: Graph, wanted: (node: ConvNode) => boolean): Graph {
  return graph.rewritten((outputs) => productsIn(outputs, wanted));
}

function productsIn(roots: readonly Node[], wanted: (node: ConvNode) => boolean): Node[] {
  const layouts = new Map<Node, Layout>();
  const keep = (last: Tensor, perm: readonly number[]): Node => {
    const node = last.transpose(perm).node;
    layouts.set(node, { last: last.node, perm });
    return node;
  };
  /** An operand as it is with its axes in the order of a layout. */
  const inOrder = (node: Node, perm: readonly number[]): Tensor => {
    const known = layouts.get(node);
    return known !== undefined && sameOrder(known.perm, perm)
      ? new Tensor(known.last)
      : new Tensor(node).transpose(inverse(perm));
  };
  const channelsLast = (node: Node): Tensor => inOrder(node, secondPerm(typeOf(node).shape.length));

  return mapNodes(roots, (_, rebuild) => {
    const node = rebuild();
    if (node.op === "scan") return withBody(node, (body) => withProducts(body, wanted));
    if (isConv(node) && wanted(node)) {
      const [a, b] = node.inputs as [Node, Node];
      if (node.op === "convWeightGrad") return weightGradProduct(channelsLast(a), channelsLast(b), node).node;
      const y = node.op === "conv" ? convProduct(channelsLast(a), node) : inputGradProduct(channelsLast(a), node);
      return keep(y, secondPerm(y.rank));
    }
    const layout = node.inputs.map((input) => layouts.get(input)).find((known) => known !== undefined);
    if (layout === undefined || node.types.length !== 1) return node;
    const moved = (movers[node.op] as Mover<Op> | undefined)?.(node, layout.perm, inOrder);
    return moved === undefined ? node : keep(moved.last, moved.perm);
  });
}

function isConv(node: Node): node is ConvNode {
  return node.op === "conv" || node.op === "convInputGrad" || node.op === "convWeightGrad";
}

interface Moved {
  readonly last: Tensor;
  readonly perm: readonly number[];
}

/** A node computed on operands whose axes are in another order; nothing where that cannot be. */
type Mover<O extends Op> = (
  node: NodeOf<O>,
  perm: readonly number[],
  inOrder: (node: Node, perm: readonly number[]) => Tensor,
) => Moved | undefined;

const build = <O extends Op>(op: O, inputs: readonly Tensor[], attrs: Attrs[O]): Tensor =>
  new Tensor(
    make(
      op,
      inputs.map(({ node }) => node),
      attrs,
    ) as Node,
  );

/** Element by element: narrower operands get axes of extent 1 in front, and follow. */
const elementwise: Mover<Op> = (node, perm, inOrder) => {
  const { shape } = node.types[0]!;
  if (shape.length !== perm.length) return undefined;
  const inputs = node.inputs.map((input) => {
    const own = typeOf(input).shape;
    if (own.length === 0) return new Tensor(input);
    const wide = Array.from({ length: perm.length - own.length }, () => 1).concat(own);
    return own.length === perm.length ? inOrder(input, perm) : new Tensor(input).reshape(wide).transpose(inverse(perm));
  });
  return { last: build(node.op, inputs, node.attrs), perm };
};

/** Reductions that keep their axes, or leave the others in the same order. */
const reduction: Mover<"sum"> | Mover<"reduceMax"> = (
  node: NodeOf<"sum"> | NodeOf<"reduceMax">,
  perm: readonly number[],
  inOrder: (node: Node, perm: readonly number[]) => Tensor,
) => {
  const { axes, keepDims } = node.attrs;
  const moved = axes.map((axis) => perm[axis]!).sort((a, b) => a - b);
  const last = build(node.op, [inOrder(node.inputs[0]!, perm)], { axes: moved, keepDims });
  if (keepDims) return { last, perm };
  const left = perm.filter((_, axis) => !axes.includes(axis));
  return { last, perm: left.map((axis) => left.filter((other) => other < axis).length) };
};

const movers: { readonly [O in Op]?: Mover<O> } = {
  ...(Object.fromEntries(
    "stopGradient barrier neg exp log sqrt reciprocal abs floor tanh sigmoid relu erf sin cos not cast add sub mul div pow max min equal less and where"
      .split(" ")
      .map((op) => [op, elementwise]),
  ) as object),
  sum: reduction as Mover<"sum">,
  reduceMax: reduction as Mover<"reduceMax">,
  concat: ({ inputs, attrs }, perm, inOrder) => ({
    last: build(
      "concat",
      inputs.map((input) => inOrder(input, perm)),
      { axis: perm[attrs.axis]! },
    ),
    perm,
  }),
  expand: ({ inputs, attrs }, perm, inOrder) =>
    attrs.shape.length === perm.length
      ? { last: build("expand", [inOrder(inputs[0]!, perm)], { shape: unordered(attrs.shape, perm) }), perm }
      : undefined,
  pad: ({ inputs, attrs: { before, after, value } }, perm, inOrder) => ({
    last: build("pad", [inOrder(inputs[0]!, perm)], {
      before: unordered(before, perm),
      after: unordered(after, perm),
      value,
    }),
    perm,
  }),
  slice: ({ inputs, attrs: { starts, ends, steps } }, perm, inOrder) => ({
    last: build("slice", [inOrder(inputs[0]!, perm)], {
      starts: unordered(starts, perm),
      ends: unordered(ends, perm),
      steps: unordered(steps, perm),
    }),
    perm,
  }),
  reshape: ({ inputs, attrs: { shape } }, perm, inOrder) => {
    const source = inOrder(inputs[0]!, perm);
    const groups = regroup(typeOf(inputs[0]!).shape, shape);
    if (groups === undefined) return undefined;
    // The groups of axes in the order in which they lie; each must lie in one piece.
    const order = [...groups].sort((a, b) => placeOf(a.from, perm) - placeOf(b.from, perm));
    const lies = order.flatMap(({ from }) => from.map((axis) => perm[axis]!));
    if (lies.some((axis, i) => axis !== i)) return undefined;
    const next = order.flatMap(({ to }) => to);
    return {
      last: source.reshape(next.map((axis) => shape[axis]!)),
      perm: shape.map((_, axis) => next.indexOf(axis)),
    };
  },
};

interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Which axes became which: the shortest runs of equal size, axes of extent 1 with a neighbour. */
function regroup(from: Shape, to: Shape): Group[] | undefined {
  const groups: Group[] = [];
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    const [a, b] = [[i], [j]];
    let [m, n] = [from[i++]!, to[j++]!];
    while (m !== n) {
      if (m < n ? i === from.length : j === to.length) return undefined;
      if (m < n) {
        m *= from[i]!;
        a.push(i++);
      } else {
        n *= to[j]!;
        b.push(j++);
      }
    }
    groups.push({ from: a, to: b });
  }
  const [restFrom, restTo] = [range(i, from.length), range(j, to.length)];
  const last = groups.pop();
  if (
    last === undefined ||
    [...restFrom.map((axis) => from[axis]), ...restTo.map((axis) => to[axis])].some((n) => n !== 1)
  )
    return undefined;
  return [...groups, { from: [...last.from, ...restFrom], to: [...last.to, ...restTo] }];
}

const placeOf = (axes: readonly number[], perm: readonly number[]): number => perm[axes[0]!]!;

/** Values given for each axis, in the order in which the axes lie. */
function unordered(values: readonly number[], perm: readonly number[]): number[] {
  return inverse(perm).map((axis) => values[axis]!);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function inverse(perm: readonly number[]): number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}

function sameOrder(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}
