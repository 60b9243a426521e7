/** @file Lowering of convolutions and of their gradients; which form they get is decided in conv-rule.ts. */
import { typeOf, type Node, type NodeOf } from "../ir/node.js";
import type { ConvAttrs } from "../ir/ops.js";
import { sizeOf, type Shape } from "../shape.js";
import { inputGradForm, weightGradForm } from "./conv-rule.js";
import { emitTyped } from "./kernels.js";
import type { Attributes, Scope } from "./scope.js";
import { hasFusedMatMul } from "./target.js";

/** Further than any axis goes: the end of a slice that runs backwards to the first element. */
const BEFORE_ALL = -(2 ** 40);

export function lowerConv(scope: Scope, node: NodeOf<"conv">): string {
  const inputs = node.inputs.map((input) => scope.read(input));
  return emitTyped(scope, "Conv", { inputs, dtype: typeOf(node.inputs[0]!).dtype, attributes: spell(node.attrs) });
}

export function lowerConvInputGrad(scope: Scope, node: NodeOf<"convInputGrad">): string {
  const { attrs } = node;
  const [g, w] = node.inputs as [Node, Node];
  const { dtype } = typeOf(g);
  const kernel = typeOf(w).shape.slice(2);
  const reach = kernel.map((k, i) => attrs.dilations[i]! * (k - 1));
  const rank = kernel.length;
  const pads = [...reach, ...reach].map((r, i) => r - attrs.pads[i]!);
  if (inputGradForm(attrs, pads) === "flipped") {
    const inputs = [scope.read(g), flipped(scope, w, attrs.groups)];
    return emitTyped(scope, "Conv", { inputs, dtype, attributes: spell({ ...attrs, pads }) });
  }
  const covered = typeOf(g)
    .shape.slice(2)
    .map((s, i) => attrs.strides[i]! * (s - 1) + reach[i]! + 1 - attrs.pads[i]! - attrs.pads[i + rank]!);
  const missing = attrs.inputSize.map((size, i) => size - covered[i]!); // the part of a last stride that no window reached
  const inputs = [scope.read(g), scope.read(w)];
  return emitTyped(scope, "ConvTranspose", { inputs, dtype, attributes: { ...spell(attrs), output_padding: missing } });
}

/** [O C/g …K] → [C O/g …K], spatially reversed. */
function flipped(scope: Scope, w: Node, groups: number): string {
  const [o, c, ...kernel] = typeOf(w).shape as [number, number, ...number[]];
  const axes = kernel.flatMap((k, i) => (k > 1 ? [i + 2] : []));
  const [from, to, by] = [-1, BEFORE_ALL, -1].map((value) => scope.ints(axes.map(() => value)));
  const reversed =
    axes.length === 0 ? scope.read(w) : scope.emit("Slice", [scope.read(w), from!, to!, scope.ints(axes), by!]);
  if (groups === 1) return scope.emit("Transpose", [reversed], { perm: [1, 0, ...spatial(kernel, 2)] });
  const split = scope.emit("Reshape", [reversed, scope.ints([groups, o / groups, c, ...kernel])]);
  const turned = scope.emit("Transpose", [split], { perm: [0, 2, 1, ...spatial(kernel, 3)] });
  return scope.emit("Reshape", [turned, scope.ints([groups * c, o / groups, ...kernel])]);
}

export function lowerConvWeightGrad(scope: Scope, node: NodeOf<"convWeightGrad">): string {
  const { strides, groups, kernelSize } = node.attrs;
  const form = weightGradForm({
    target: scope.target,
    dtype: typeOf(node.inputs[0]!).dtype,
    strides,
    groups,
    kernelSize,
  });
  return form === "slices" ? weightGradFromSlices(scope, node) : weightGradAsConv(scope, node);
}

/** One Conv of x with g as its kernel: batch and channels change places, so do strides and dilations. */
function weightGradAsConv(scope: Scope, node: NodeOf<"convWeightGrad">): string {
  const { strides, dilations, pads, groups, kernelSize } = node.attrs;
  const [x, g] = node.inputs as [Node, Node];
  const { shape, dtype } = typeOf(x);
  const size = shape.slice(2);
  const swap = [1, 0, ...spatial(size, 2)];
  const kernel = scope.emit("Transpose", [scope.read(g)], { perm: swap }); // [O N …S']
  const inputs = [
    groups === 1 ? scope.emit("Transpose", [scope.read(x)], { perm: swap }) : regroup(scope, x, groups),
    kernel,
  ];
  const attributes = spell({ strides: dilations, dilations: strides, pads, groups });
  const wide = emitTyped(scope, "Conv", { inputs, dtype, attributes }); //            [C/g O …K], K or more
  const result = scope.emit("Transpose", [wide], { perm: swap });
  const reached = typeOf(g)
    .shape.slice(2)
    .map((s, i) => size[i]! + pads[i]! + pads[i + size.length]! - strides[i]! * (s - 1) - 1);
  const extents = reached.map((r, i) => Math.floor(r / dilations[i]!) + 1);
  const axes = extents.flatMap((extent, i) => (extent > kernelSize[i]! ? [i] : []));
  if (axes.length === 0) return result;
  const ends = scope.ints(axes.map((i) => kernelSize[i]!));
  return scope.emit("Slice", [result, scope.ints(axes.map(() => 0)), ends, scope.ints(axes.map((i) => i + 2))]);
}

/** [N C …S] → [C/g g·N …S]: each group sees its own channels as a batch. */
function regroup(scope: Scope, x: Node, groups: number): string {
  const [n, c, ...size] = typeOf(x).shape as [number, number, ...number[]];
  const split = scope.emit("Reshape", [scope.read(x), scope.ints([n, groups, c / groups, ...size])]);
  const turned = scope.emit("Transpose", [split], { perm: [2, 1, 0, ...spatial(size, 3)] });
  return scope.emit("Reshape", [turned, scope.ints([c / groups, groups * n, ...size])]);
}

/**
 * Σ_n still[n] · slices[n]ᵀ, where the slices are of x, what each place of the kernel sees, or of g, where each place of
 * the kernel is seen: of whichever has the fewer channels.
 */
function weightGradFromSlices(scope: Scope, node: NodeOf<"convWeightGrad">): string {
  const { kernelSize, dilations, pads } = node.attrs;
  const [x, g] = node.inputs as [Node, Node];
  const [o, c] = typeOf(node).shape as [number, number];
  const last = kernelSize.map((k, i) => dilations[i]! * (k - 1));
  const opposite = [...last, ...last].map((reach, i) => reach - pads[i]!);
  const starts = placesOf(kernelSize).map((place) => place.map((k, i) => k * dilations[i]!));
  const ofG = o < c && opposite.every((pad) => pad >= 0);
  const [still, moving] = ofG ? [x, g] : [g, x];
  const slices = slicesOf(scope, moving, {
    pads: ofG ? opposite : pads,
    starts: ofG ? starts.map((start) => start.map((from, i) => last[i]! - from)) : starts,
    size: typeOf(still).shape.slice(2),
  });
  const [n, rows, ...size] = typeOf(still).shape as [number, number, ...number[]];
  const channels = ofG ? o : c;
  const places = slices.map((slice) => scope.emit("Reshape", [slice, scope.ints([n, channels, sizeOf(size)])]));
  const seen = places.length === 1 ? places[0]! : scope.emit("Concat", places, { axis: 1 }); // [N K·C P]
  const flat = scope.emit("Reshape", [scope.read(still), scope.ints([n, rows, sizeOf(size)])]); // [N O P]
  const each = hasFusedMatMul(scope.target) //                                                   [N O K·C]
    ? scope.emit("ms.FusedMatMul", [flat, seen], { transB: 1 })
    : scope.emit("MatMul", [flat, scope.emit("Transpose", [seen], { perm: [0, 2, 1] })]);
  const total = scope.emit("ReduceSum", [each, scope.ints([0])], { keepdims: 0 });
  const table = scope.emit("Reshape", [total, scope.ints([rows, places.length, channels])]);
  const turned = scope.emit("Transpose", [table], { perm: ofG ? [2, 0, 1] : [0, 2, 1] }); //     [O C K]
  return scope.emit("Reshape", [turned, scope.ints([o, c, ...kernelSize])]);
}

interface Slices {
  readonly pads: Shape;
  readonly starts: readonly Shape[];
  readonly size: Shape;
}

/** Slices of one size of padded pictures. */
function slicesOf(scope: Scope, pictures: Node, { pads, starts, size }: Slices): string[] {
  const rank = size.length;
  const x = scope.read(pictures);
  const widths = scope.ints([0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)]);
  const padded = pads.some((pad) => pad > 0) ? scope.emit("Pad", [x, widths]) : x;
  const axes = scope.ints(spatial(size, 2));
  return starts.map((start) => {
    const ends = start.map((from, i) => from + size[i]!);
    return scope.emit("Slice", [padded, scope.ints(start), scope.ints(ends), axes]);
  });
}

function placesOf(kernelSize: Shape): number[][] {
  return kernelSize.reduce<number[][]>(
    (places, k) => places.flatMap((place) => Array.from({ length: k }, (_, i) => [...place, i])),
    [[]],
  );
}

/** The spatial axes, when they begin at `from`. */
function spatial(size: Shape, from: number): number[] {
  return size.map((_, i) => i + from);
}

function spell({ strides, pads, dilations, groups }: ConvAttrs): Attributes {
  return { strides, pads, dilations, group: groups };
}
