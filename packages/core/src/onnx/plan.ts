/**
 * @file What has to be emitted, and in which order: found before the first node is written, by walking from the outputs
 * back. Operands that a kernel takes in itself (a transposition, a factor, a bias, a loop's unread results) are then not
 * needed.
 */
import { typeOf, type Node, type NodeOf } from "../ir/node.js";
import { unfoldCalls } from "../ir/unfold.js";
import { readersOf, topological } from "../ir/walk.js";
import { sameShape } from "../shape.js";
import { factorOf } from "./around-products.js";
import { fusedOf, operandsOf as operandsOfFused, type Fused } from "./fused.js";
import type { Target } from "./target.js";
import { takesFactor, takesTransposed } from "./target.js";

/** A matrix product as a kernel takes it. */
export interface Product {
  readonly a: Node;
  readonly b: Node;
  readonly transA: boolean;
  readonly transB: boolean;
  /** What the product of the two is multiplied by. */
  readonly factor: number;
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
  readonly fused: ReadonlyMap<Node, Fused>;
  readonly loops: ReadonlyMap<Node, LoopPlan>;
}

/** Decides what is emitted for these results. */
export function plan(roots: readonly Node[], target: Target): Plan {
  const outputs = unfoldCalls(roots);
  const all = topological(outputs);
  const readers = readersOf(outputs);
  const products = new Map<Node, Product>();
  const fused = new Map<Node, Fused>();
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
  return { outputs, order: all.filter((node) => needed.has(node)), products, fused, loops };

  function operandsOf(node: Node): readonly Node[] {
    if (node.op === "scan") {
      const loop = planLoop(node, read.get(node) ?? new Set([0]), target);
      loops.set(node, loop);
      return [...loop.carries, ...loop.scanned, ...loop.captures].map((index) => node.inputs[index]!);
    }
    const whole = fusedOf(node, readers, target);
    if (whole !== undefined) {
      fused.set(node, whole);
      return operandsOfFused(whole);
    }
    const product = node.op === "add" ? withBias(node, readers, target) : scaledProduct(node, readers, target);
    if (product === undefined) return node.inputs;
    products.set(node, product);
    return product.bias === undefined ? [product.a, product.b] : [product.a, product.b, product.bias];
  }
}

/** A product whose kernel can transpose and scale, or that stays plain. */
function productOf(node: NodeOf<"matmul">, target: Target): Product {
  const [left, right] = node.inputs as [Node, Node];
  const { dtype } = typeOf(node);
  const rank = Math.max(typeOf(left).shape.length, typeOf(right).shape.length);
  const can = { turn: takesTransposed(target, rank, dtype), scale: canScale(node, target) };
  const [a, b] = [source(left, can), source(right, can)];
  return { a: a.x, b: b.x, transA: a.isTurned, transB: b.isTurned, factor: a.factor * b.factor };
}

/** Does a kernel take a factor, and is it none the slower? A single row times a matrix has one of its own, without factors. */
function canScale(product: NodeOf<"matmul">, target: Target): boolean {
  const { dtype, shape } = typeOf(product);
  return takesFactor(target, dtype) && shape.at(-2) !== 1;
}

/** What an operand is made of, where a kernel can turn and scale it. */
function source(operand: Node, can: { turn: boolean; scale: boolean }): { x: Node; isTurned: boolean; factor: number } {
  let [x, isTurned, factor] = [operand, false, 1];
  for (;;) {
    const c = can.scale ? factorOf(x) : undefined;
    if (can.turn && isTransposed(x)) isTurned = !isTurned;
    else if (c?.op === "constant") factor *= Number(c.attrs.value.data[0]);
    else return { x, isTurned, factor };
    x = x.inputs[0]!;
  }
}

/** A product, or one that is scaled and that nothing else reads. */
function scaledProduct(node: Node, readers: ReadonlyMap<Node, number>, target: Target): Product | undefined {
  if (node.op === "matmul") return productOf(node, target);
  const c = factorOf(node);
  const [x] = node.inputs;
  if (c?.op !== "constant" || x!.op !== "matmul" || readers.get(x) !== 1 || !canScale(x, target)) return undefined;
  const product = productOf(x, target);
  return { ...product, factor: product.factor * Number(c.attrs.value.data[0]) };
}

/** a·b + bias as one Gemm, when nothing else reads the product. */
function withBias(node: NodeOf<"add">, readers: ReadonlyMap<Node, number>, target: Target): Product | undefined {
  for (const [side, bias] of [node.inputs, [...node.inputs].reverse()] as [Node, Node][]) {
    const { shape, dtype } = typeOf(side);
    if (readers.get(side) !== 1 || shape.length !== 2 || dtype === "f16") continue;
    if (!isBias(typeOf(bias).shape, shape) || bias === side) continue;
    const product = scaledProduct(side, readers, target);
    if (product !== undefined) return { ...product, bias };
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
