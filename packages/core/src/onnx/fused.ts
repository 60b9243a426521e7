/**
 * @file Expressions of several nodes that one kernel computes in one pass over memory: softmax along the last axis, its
 * normalisation, GELU, and on the CPU where numbers are positive. plan.ts asks for them. What such an expression is made of
 * must be read by it alone, or it would be computed twice; in a training step gradients read the parts of norms and of GELU,
 * so those are fused where models are only used.
 */
import { typeOf, type Node, type NodeOf } from "../ir/node.js";
import type { Op } from "../ir/ops.js";
import { uniformValue } from "../ir/simplify-fold.js";
import { sameShape } from "../shape.js";
import { GELU_TANH } from "../tensor/math.js";
import { flushesDenormals, fuses, type Target } from "./target.js";

/** An operator that stands for an expression. */
export type Fused =
  | { readonly op: "Softmax"; readonly x: Node }
  | { readonly op: "Gelu"; readonly x: Node; readonly approximate: "none" | "tanh" }
  /** 1 where x is positive, else 0: its slope is so steep that all but denormal numbers are clamped. */
  | { readonly op: "HardSigmoid"; readonly x: Node; readonly slope: number }
  | {
      readonly op: "LayerNormalization";
      /** Centred already: the kernel takes the variance as E[x²] − E[x]², which is near only where E[x] is near 0. */
      readonly x: Node;
      readonly epsilon: number;
      readonly scale?: Node;
      readonly shift?: Node;
    };

/** The operator that computes what a node is, from other nodes than its own inputs. */
export function fusedOf(node: Node, readers: ReadonlyMap<Node, number>, target: Target): Fused | undefined {
  if (!fuses(target) || node.types.length !== 1 || typeOf(node).dtype !== "f32") return undefined;
  const isOnce = (part: Node): boolean => readers.get(part) === 1;
  if (node.op === "cast") return flushesDenormals(target) ? stepOf(node, isOnce) : undefined;
  if (node.op === "div") return softmaxOf(node, readers);
  if (node.op === "add") {
    const [y, shift] = node.inputs as [Node, Node];
    const norm = y.op === "mul" && isOnce(y) && isFeatures(shift, y) ? scaledNorm(y, isOnce) : undefined;
    return norm?.scale === undefined ? undefined : { ...norm, shift };
  }
  return node.op === "mul" ? (geluOf(node, readers) ?? scaledNorm(node, isOnce) ?? normOf(node, isOnce)) : undefined;
}

/** What the operator reads. */
export function operandsOf(fused: Fused): readonly Node[] {
  if (fused.op !== "LayerNormalization") return [fused.x];
  const { x, scale, shift } = fused;
  return [x, scale, shift].filter((operand) => operand !== undefined);
}

type IsOnce = (part: Node) => boolean;

/** e / Σ e with e = exp(x − max x) */
function softmaxOf(node: NodeOf<"div">, readers: ReadonlyMap<Node, number>): Fused | undefined {
  const [e, total] = node.inputs as [Node, Node];
  if (!isAlongLast(total, "sum", e) || readers.get(total) !== 1 || e.op !== "exp" || readers.get(e) !== 2)
    return undefined;
  const [below] = e.inputs as [Node];
  const [x, top] = below.inputs as [Node, Node];
  return below.op === "sub" && readers.get(below) === 1 && isAlongLast(top, "reduceMax", x)
    ? { op: "Softmax", x }
    : undefined;
}

/** 0 < x as a number. */
function stepOf(node: NodeOf<"cast">, isOnce: IsOnce): Fused | undefined {
  const [less] = node.inputs as [Node];
  const [zero, x] = less.inputs as [Node, Node];
  if (less.op !== "less" || !isOnce(less) || !isNumber(zero, 0)) return undefined;
  const isWhole = typeOf(x).dtype === "f32" && sameShape(typeOf(x).shape, typeOf(node).shape);
  return isWhole ? { op: "HardSigmoid", x, slope: 2 ** 127 } : undefined;
}

/**
 * With u = x/s: u·(1 + erf u)·√½ and s = √2, or u·σ(u·(u² + k))·s, as tensor/math.ts has them. Where factors move into
 * products (takesFactor in target.ts) there is nothing left to find.
 */
function geluOf(node: NodeOf<"mul">, readers: ReadonlyMap<Node, number>): Fused | undefined {
  const [y, after] = node.inputs as [Node, Node];
  const [u, share] = y.inputs as [Node, Node];
  if (y.op !== "mul" || u.op !== "mul" || readers.get(y) !== 1) return undefined;
  const [x, before] = u.inputs as [Node, Node];
  const scales = (first: number, second: number): boolean => isNumber(before, first) && isNumber(after, second);
  /** The operands of a node that is read once. */
  const within = (part: Node | undefined, op: Op): readonly Node[] =>
    part?.op === op && readers.get(part) === 1 ? part.inputs : [];
  const [erf, one] = within(share, "add");
  if (within(erf, "erf")[0] === u && isNumber(one, 1) && readers.get(u) === 2)
    return scales(Math.SQRT1_2, Math.SQRT1_2) ? { op: "Gelu", x, approximate: "none" } : undefined;
  const [same, sum] = within(within(share, "sigmoid")[0], "mul");
  const [square, k] = within(sum, "add");
  const isCubic = same === u && within(square, "mul").filter((v) => v === u).length === 2;
  if (!isCubic || !isNumber(k, GELU_TANH.k) || readers.get(u) !== 4) return undefined;
  return scales(1 / GELU_TANH.s, GELU_TANH.s) ? { op: "Gelu", x, approximate: "tanh" } : undefined;
}

/** Is this a constant number, as near as f32 holds it? */
function isNumber(node: Node | undefined, wanted: number): boolean {
  return node !== undefined && Number(uniformValue(node) ?? NaN) === Math.fround(wanted);
}

function scaledNorm(node: NodeOf<"mul">, isOnce: IsOnce): (Fused & { op: "LayerNormalization" }) | undefined {
  const [y, scale] = node.inputs as [Node, Node];
  const norm = y.op === "mul" && isOnce(y) && isFeatures(scale, y) ? normOf(y, isOnce) : undefined;
  return norm && { ...norm, scale };
}

/** c · 1/√(mean c² + ε) with c = x − mean x */
function normOf(node: NodeOf<"mul">, isOnce: IsOnce): (Fused & { op: "LayerNormalization" }) | undefined {
  const [x, gain] = node.inputs as [Node, Node];
  if (x.op !== "sub" || meanOf(x.inputs[1]!) !== x.inputs[0] || gain.op !== "reciprocal" || !isOnce(gain))
    return undefined;
  const [root] = gain.inputs as [Node];
  const [sum] = root.inputs as [Node];
  if (root.op !== "sqrt" || !isOnce(root) || sum.op !== "add" || !isOnce(sum)) return undefined;
  const [variance, epsilon] = sum.inputs as [Node, Node];
  const square = isOnce(variance) ? meanOf(variance) : undefined;
  const value = uniformValue(epsilon);
  if (square?.op !== "mul" || !isOnce(square) || square.inputs.some((c) => c !== x) || value === undefined)
    return undefined;
  return { op: "LayerNormalization", x, epsilon: Number(value) };
}

/** What a node is the mean of, along the last axis. */
function meanOf(node: Node): Node | undefined {
  const [total, share] = node.inputs;
  const x = total?.inputs[0];
  if (node.op !== "mul" || x === undefined || !isAlongLast(total!, "sum", x)) return undefined;
  const value = Number(uniformValue(share!) ?? 0);
  return Math.abs(value * typeOf(x).shape.at(-1)! - 1) < 1e-6 ? x : undefined;
}

/** Is this a reduction of x along its last axis alone, kept? */
function isAlongLast(node: Node, op: "sum" | "reduceMax", x: Node): boolean {
  if ((node.op !== "sum" && node.op !== "reduceMax") || node.op !== op || node.inputs[0] !== x) return false;
  const { axes, keepDims } = node.attrs;
  return keepDims && axes.length === 1 && axes[0] === typeOf(x).shape.length - 1;
}

/** One number for each element of y's last axis. */
function isFeatures(node: Node, y: NodeOf<Op>): boolean {
  return sameShape(typeOf(node).shape, typeOf(y as Node).shape.slice(-1));
}
