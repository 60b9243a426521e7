/**
 * @file How each primitive changes: given the cotangent of its result, one cotangent for each input. Rules are made of
 * primitives, so a gradient can be differentiated again. A cotangent may be wider than its input where the op
 * broadcast: the walk (grad.ts) sums that away, once, for all rules.
 */
import type { NodeOf } from "../ir/node.js";
import type { Attrs, Op } from "../ir/ops.js";
import { apply, concat, full, sumTo, type Tensor } from "../tensor/tensor.js";
import { callGradient, scanGradient } from "./control.js";

/** The cotangent of one of several results: what `at` hands to its source. */
export interface PartOf {
  readonly result: number;
  readonly g: Tensor;
}

export type Cotangent = Tensor | PartOf | null;

/** What a rule sees: the node, its inputs and results as tensors, and the cotangent of each result (if any). */
export interface Site<O extends Op> {
  readonly x: readonly Tensor[];
  readonly y: Tensor;
  readonly attrs: Attrs[O];
  readonly node: NodeOf<O>;
  readonly gs: readonly (Tensor | undefined)[];
}

export type VjpRule<O extends Op> = (g: Tensor, site: Site<O>) => readonly Cotangent[];

const none = (): [] => [];
const mask = (condition: Tensor, like: Tensor): Tensor => condition.cast(like.dtype);

/** The reduced axes back, with extent 1. */
function keepDims(t: Tensor, like: Tensor, axes: readonly number[]): Tensor {
  return t.reshape(like.shape.map((n, i) => (axes.includes(i) ? 1 : n)));
}

/** Half to each side of a tie. */
function chosen(a: Tensor, b: Tensor, y: Tensor): [Tensor, Tensor] {
  const [isA, isB] = [mask(a.equal(y), y), mask(b.equal(y), y)];
  const count = isA.add(isB);
  return [isA.div(count), isB.div(count)];
}

/** A conv's own attributes, out of those of its gradients. */
const convOf = ({ strides, pads, dilations, groups }: Attrs["conv"]): Attrs["conv"] => ({
  strides,
  pads,
  dilations,
  groups,
});
const inputGrad = (g: Tensor, w: Tensor, attrs: Attrs["conv"], x: Tensor): Tensor =>
  apply("convInputGrad", [g, w], { ...convOf(attrs), inputSize: x.shape.slice(2) });
const weightGrad = (x: Tensor, g: Tensor, attrs: Attrs["conv"], w: Tensor): Tensor =>
  apply("convWeightGrad", [x, g], { ...convOf(attrs), kernelSize: w.shape.slice(2) });

export const rules: { readonly [O in Op]: VjpRule<O> } = {
  input: none,
  constant: none,
  iota: none,

  at: (g, { attrs }) => [{ result: attrs.index, g }],
  call: (_, site) => callGradient(site),
  scan: (_, site) => scanGradient(site),
  barrier: (g) => [g],
  stopGradient: () => [null],

  neg: (g) => [g.neg()],
  exp: (g, { y }) => [g.mul(y)],
  log: (g, { x: [x] }) => [g.div(x!)],
  sqrt: (g, { y }) => [g.div(y).mul(0.5)],
  reciprocal: (g, { y }) => [g.mul(y).mul(y).neg()],
  abs: (g, { x: [x] }) => [g.mul(mask(x!.greater(0), g).sub(mask(x!.less(0), g)))],
  floor: () => [null],
  tanh: (g, { y }) => [g.mul(y.mul(y).neg().add(1))],
  sigmoid: (g, { y }) => [g.mul(y).mul(y.neg().add(1))],
  relu: (g, { x: [x] }) => [g.mul(mask(x!.greater(0), g))],
  erf: (g, { x: [x] }) => [g.mul(x!.square().neg().exp()).mul(2 / Math.sqrt(Math.PI))],
  sin: (g, { x: [x] }) => [g.mul(x!.cos())],
  cos: (g, { x: [x] }) => [g.mul(x!.sin()).neg()],
  not: () => [null],
  cast: (g, { x: [x] }) => [g.cast(x!.dtype)],

  add: (g) => [g, g],
  sub: (g) => [g, g.neg()],
  mul: (g, { x: [a, b] }) => [g.mul(b!), g.mul(a!)],
  div: (g, { x: [, b], y }) => [g.div(b!), sumTo(g.mul(y), b!.shape).div(b!).neg()], // summed first: the rest is then narrow
  pow: (g, { x: [a, b], y }) => {
    const log = a!.greater(0).where(a!, 1).log(); // 0ᵇ has no slope in b
    return [g.mul(b!).mul(a!.pow(b!.sub(1))), g.mul(y).mul(log)];
  },
  max: (g, { x: [a, b], y }) => chosen(a!, b!, y).map((share) => g.mul(share)),
  min: (g, { x: [a, b], y }) => chosen(a!, b!, y).map((share) => g.mul(share)),
  equal: () => [null, null],
  less: () => [null, null],
  and: () => [null, null],
  where: (g, { x: [condition] }) => {
    const zero = full([], 0, g.dtype);
    return [null, condition!.where(g, zero), condition!.where(zero, g)];
  },

  sum: (g, { x: [x], attrs }) => [keepDims(g, x!, attrs.axes).expand(x!.shape)],
  reduceMax: (g, { x: [x], y, attrs }) => {
    const hit = mask(x!.equal(keepDims(y, x!, attrs.axes)), g);
    return [hit.mul(keepDims(g, x!, attrs.axes)).div(hit.sum(attrs.axes, { keepDims: true }))];
  },
  argMax: () => [null],
  argTopK: () => [null],
  cumSum: (g, { attrs: { axis, exclusive, reverse } }) => [g.cumSum(axis, { exclusive, reverse: !reverse })],

  matmul: (g, { x: [a, b] }) => [g.matmul(b!.transpose()), a!.transpose().matmul(g)],
  conv: (g, { x: [x, w], attrs }) => [inputGrad(g, w!, attrs, x!), weightGrad(x!, g, attrs, w!)],
  convInputGrad: (c, { x: [g, w], attrs }) => [apply("conv", [c, w!], convOf(attrs)), weightGrad(c, g!, attrs, w!)],
  convWeightGrad: (c, { x: [x, g], attrs }) => [inputGrad(g!, c, attrs, x!), apply("conv", [x!, c], convOf(attrs))],

  reshape: (g, { x: [x] }) => [g.reshape(x!.shape)],
  transpose: (g, { attrs: { perm } }) => [g.transpose(perm.map((_, i) => perm.indexOf(i)))],
  expand: (g) => [g],
  slice: (g, { x: [x], attrs }) => [unslice(g, x!, attrs)],
  pad: (g, { x: [x], attrs: { before } }) => [
    apply("slice", [g], {
      starts: before,
      ends: before.map((n, i) => n + x!.shape[i]!),
      steps: before.map(() => 1),
    }),
  ],
  concat: (g, { x, attrs: { axis } }) =>
    g.split(
      x.map(({ shape }) => shape[axis]!),
      axis,
    ),
  gather: (g, { x: [x, indices], attrs: { axis } }) => [
    apply("scatterAdd", [indices!, g], { axis, size: x!.shape[axis]! }),
    null,
  ],
  scatterAdd: (g, { x: [indices], attrs: { axis } }) => [null, g.gather(indices!, axis)],

  randomBits: () => [null],
};

/** Puts what a slice took back in its place among zeros: each element widened to a step, the rest padded. */
function unslice(g: Tensor, x: Tensor, { starts, ends, steps }: Attrs["slice"]): Tensor {
  let wide = g;
  steps.forEach((step, axis) => {
    if (step === 1) return;
    const count = wide.shape[axis]!;
    const spread = wide.unsqueeze(axis + 1);
    const gap = full(
      spread.shape.map((n, i) => (i === axis + 1 ? step - 1 : n)),
      0,
      g.dtype,
    );
    const rows = concat([spread, gap], axis + 1).reshape(wide.shape.map((n, i) => (i === axis ? count * step : n)));
    wide = rows.slice(axis, 0, ends[axis]! - starts[axis]!);
  });
  if (starts.every((start, i) => start === 0 && ends[i] === x.shape[i])) return wide;
  return wide.pad(
    starts,
    ends.map((end, i) => x.shape[i]! - end),
  );
}
