/**
 * @file What has to be emitted, and in which order: found before the first node is written, by walking from the outputs
 * back. Operands that a kernel takes in itself (a transposition, a bias, a loop's unread results) are then not needed.
 */
import { typeOf, type Node, type NodeOf } from "../ir/node.js";
import { unfoldCalls } from "../ir/unfold.js";
import { topological } from "../ir/walk.js";
import { sameShape } from "../shape.js";
import type { Target } from "./target.js";
import { takesTransposed } from "./target.js";

/** A matrix product as a kernel takes it. */
export interface Product {
  readonly a: Node;
  readonly b: Node;
  readonly transA: boolean;
  readonly transB: boolean;
  /** Added to the result. */
  readonly bias?: Node;
}

/** A scan without the results that nobody reads. */
export interface LoopPlan {
  /** Of the results, those that are read; first carries, then stacks. */
  readonly results: readonly number[];
  readonly carries: readonly number[];
  readonly stacks: readonly number[];
  /** Indices of the scanned arrays that the body reads, counted among the scan's inputs. */
  readonly scanned: readonly number[];
  /** Likewise the captures. */
  readonly captures: readonly number[];
  readonly body: Plan;
}

export interface Plan {
  readonly outputs: readonly Node[];
  /** What is emitted, each node after those it reads. */
  readonly order: readonly Node[];
  readonly products: ReadonlyMap<Node, Product>;
  readonly loops: ReadonlyMap<Node, LoopPlan>;
}

/** Decides what is emitted for these results. */
export function plan(roots: readonly Node[], target: Target): Plan {
  const outputs = unfoldCalls(roots);
  const all = topological(outputs);
  const readers = countReaders(all, outputs);
  const products = new Map<Node, Product>();
  const loops = new Map<Node, LoopPlan>();
  const needed = new Set<Node>(outputs);
  const read = new Map<Node, Set<number>>(); // of each scan, the results that are needed
  for (let i = all.length - 1; i >= 0; i--) {
    const node = all[i]!;
    if (!needed.has(node)) continue;
    if (node.op === "at") {
      const source = node.inputs[0]!;
      read.set(source, (read.get(source) ?? new Set()).add(node.attrs.index));
    }
    for (const operand of operandsOf(node)) needed.add(operand);
  }
  return { outputs, order: all.filter((node) => needed.has(node)), products, loops };

  function operandsOf(node: Node): readonly Node[] {
    if (node.op === "scan") {
      const loop = planLoop(node, read.get(node) ?? new Set([0]), target);
      loops.set(node, loop);
      return [...loop.carries, ...loop.scanned, ...loop.captures].map((index) => node.inputs[index]!);
    }
    const product =
      node.op === "matmul" ? productOf(node, target) : node.op === "add" ? withBias(node, readers, target) : undefined;
    if (product === undefined) return node.inputs;
    products.set(node, product);
    return product.bias === undefined ? [product.a, product.b] : [product.a, product.b, product.bias];
  }
}

function countReaders(all: readonly Node[], outputs: readonly Node[]): Map<Node, number> {
  const readers = new Map<Node, number>();
  const count = (node: Node): unknown => readers.set(node, (readers.get(node) ?? 0) + 1);
  outputs.forEach(count);
  for (const { inputs } of all) inputs.forEach(count);
  return readers;
}

/** A product whose kernel can transpose, or that stays plain. */
function productOf(node: NodeOf<"matmul">, target: Target): Product {
  const [left, right] = node.inputs as [Node, Node];
  const rank = Math.max(typeOf(left).shape.length, typeOf(right).shape.length);
  const able = takesTransposed(target, rank, typeOf(node).dtype);
  const [transA, transB] = [able && isTransposed(left), able && isTransposed(right)];
  return { a: transA ? left.inputs[0]! : left, b: transB ? right.inputs[0]! : right, transA, transB };
}

/** a·b + bias as one Gemm, when nothing else reads the product. */
function withBias(node: NodeOf<"add">, readers: ReadonlyMap<Node, number>, target: Target): Product | undefined {
  for (const [side, bias] of [node.inputs, [...node.inputs].reverse()] as [Node, Node][]) {
    if (side.op !== "matmul" || readers.get(side) !== 1) continue;
    const { shape, dtype } = typeOf(side);
    if (shape.length !== 2 || dtype === "f16" || !isBias(typeOf(bias).shape, shape) || bias === side) continue;
    return { ...productOf(side, target), bias };
  }
  return undefined;
}

/** One number for each column: [N] or [1, N]. */
function isBias(shape: readonly number[], product: readonly number[]): boolean {
  const n = product[1]!;
  return sameShape(shape, [n]) || sameShape(shape, [1, n]);
}

/** The last two axes swapped, and no others. */
function isTransposed(node: Node): boolean {
  if (node.op !== "transpose") return false;
  const { perm } = node.attrs;
  const rank = perm.length;
  return rank >= 2 && perm.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
}

/** Drops the stacks that nobody reads, then the carries, slices and captures that nothing else depends on. */
function planLoop({ attrs }: NodeOf<"scan">, read: ReadonlySet<number>, target: Target): LoopPlan {
  const { body, carries, scanned } = attrs;
  const live = new Set(read);
  for (;;) {
    const inside = new Set(topological([...live].map((index) => body.outputs[index]!.node)));
    const more = range(0, carries).filter((index) => !live.has(index) && inside.has(body.inputs[index]!.node));
    if (more.length === 0) break;
    more.forEach((index) => live.add(index));
  }
  const results = [...live].sort((a, b) => a - b);
  const planned = plan(
    results.map((index) => body.outputs[index]!.node),
    target,
  );
  const used = new Set(planned.order);
  const reads = (from: number, to: number): number[] =>
    range(from, to).filter((index) => used.has(body.inputs[index]!.node));
  return {
    results,
    carries: results.filter((index) => index < carries),
    stacks: results.filter((index) => index >= carries),
    scanned: reads(carries, carries + scanned),
    captures: reads(carries + scanned, body.inputs.length),
    body: planned,
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
