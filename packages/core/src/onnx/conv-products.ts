/**
 * @file Convolutions as matrix products, with the channels last: a gather lays out what each place of the kernel sees,
 * [N · places out, places of the kernel · C], and one product does the rest, on as many threads as there are. The gradient
 * of the weights reads the same layout again. Which convolutions get this form is decided in conv-rule.ts.
 */
import { typeOf, type NodeOf } from "../ir/node.js";
import { ndarray } from "../ndarray.js";
import { sizeOf, type Shape } from "../shape.js";
import { apply, concat, constant, Tensor } from "../tensor/tensor.js";

/** How the places out and the places of the kernel lie along one axis: place i sees i · stride + each offset. */
export interface Reach {
  readonly places: number;
  readonly stride: number;
  readonly offsets: readonly number[];
}

/** Channels second → channels last, and back: [N C …S] ↔ [N …S C]. */
export function lastPerm(rank: number): number[] {
  return [0, ...range(2, rank), 1];
}
export function secondPerm(rank: number): number[] {
  return [0, rank - 1, ...range(1, rank - 1)];
}

/** [N …S C], w [O C …K] → [N …S' O] */
export function convProduct(x: Tensor, node: NodeOf<"conv">): Tensor {
  const w = new Tensor(node.inputs[1]!);
  const [o, , ...kernel] = w.shape as [number, number, ...number[]];
  const out = typeOf(node).shape.slice(2);
  const reach = forwardReach(node.attrs, kernel, out);
  const table = tableOf(w).flatten().transpose();
  const seen = columns(x, reach);
  const rows = partsOf(x, reach).map(([start, end]) => seen(start, end).matmul(table));
  return concat(rows, 0).reshape([x.shape[0]!, ...out, o]);
}

/** x [N …S C], g [N …S' O] → [O C …K] */
export function weightGradProduct(x: Tensor, g: Tensor, node: NodeOf<"convWeightGrad">): Tensor {
  const { kernelSize } = node.attrs;
  const [o, c] = typeOf(node).shape as [number, number];
  const reach = forwardReach(node.attrs, kernelSize, g.shape.slice(1, -1));
  const parts = partsOf(x, reach);
  const seen = columns(x, reach, { again: parts.length > 1 }); // by now those of the forward pass have left the caches
  const cotangents = g.reshape([-1, o]);
  const each = parts.map(([start, end]) =>
    seen(start, end)
      .transpose()
      .matmul(cotangents.slice(0, start, end)),
  );
  const table = each.reduce((sum, part) => sum.add(part)); //                            [K·C O]
  return table
    .transpose()
    .reshape([o, -1, c])
    .transpose()
    .reshape([o, c, ...kernelSize]);
}

/** A kernel [O C …K] as [O K C]. */
function tableOf(w: Tensor): Tensor {
  return w.flatten(2).transpose();
}

/**
 * g [N …S' O], w [O C …K] → [N …S C]. With strides, each residue of a place by the strides meets its own part of the
 * kernel: a product for each, one after the other, and a gather that puts their rows where they belong.
 */
export function inputGradProduct(g: Tensor, node: NodeOf<"convInputGrad">): Tensor {
  const { strides, inputSize } = node.attrs;
  const w = new Tensor(node.inputs[1]!);
  const [n, c] = [g.shape[0]!, w.shape[1]!];
  const turned = tableOf(w)
    .transpose([1, 0, 2])
    .reshape([...w.shape.slice(2), ...w.shape.slice(0, 2)]); // [K… O C]
  const extents = inputSize.map((size, axis) => Math.ceil(size / strides[axis]!));
  const widest = strides.map((stride, axis) => ({
    places: extents[axis]!,
    stride: 1,
    offsets: range(0, stride).flatMap((residue) => meeting(node, axis, residue).offsets),
  }));
  const products = residuesOf(strides).flatMap((residue) => {
    const meets = residue.map((r, axis) => meeting(node, axis, r));
    const reach = meets.map(({ offsets }, axis) => ({ places: extents[axis]!, stride: 1, offsets }));
    const table = meets.reduce((part, { taps }, axis) => pick(part, axis, taps), turned).reshape([-1, c]);
    const seen = columns(g, reach, { widest });
    return partsOf(g, reach).map(([start, end]) => seen(start, end).matmul(table));
  });
  const rows = concat(products, 0); //                                                   [residues · N · extents, C]
  const inPlace = strides.every((stride) => stride === 1);
  return (inPlace ? rows : rows.gather(weave(n, { strides, extents, inputSize }), 0)).reshape([n, ...inputSize, c]);
}

/** Each place of a block of the strides, row-major. */
export function residuesOf(strides: Shape): number[][] {
  return strides.reduce<number[][]>(
    (all, stride) => all.flatMap((some) => range(0, stride).map((residue) => [...some, residue])),
    [[]],
  );
}

/** For each place of each picture, row-major, its row among those of its residue, which lie behind those of the others. */
function weave(
  n: number,
  { strides, extents, inputSize }: { readonly strides: Shape; readonly extents: Shape; readonly inputSize: Shape },
): Tensor {
  const each = n * sizeOf(extents);
  let rows = range(0, n);
  inputSize.forEach((size, axis) => {
    const [stride, extent] = [strides[axis]!, extents[axis]!];
    const unit = sizeOf(strides.slice(axis + 1)) * each; // of a residue along this axis
    rows = rows.flatMap((row) => {
      const [behind, at] = [Math.floor(row / each) * each, row % each];
      return range(0, size).map((i) => behind + (i % stride) * unit + at * extent + Math.floor(i / stride));
    });
  });
  return constant(ndarray(rows, [rows.length], "i32"));
}

/** Which places of the kernel touch inputs of a residue along an axis, and by how far their outputs lie off. */
export function meeting(
  { attrs, inputs }: NodeOf<"convInputGrad">,
  axis: number,
  residue: number,
): { readonly taps: readonly number[]; readonly offsets: readonly number[] } {
  const [stride, dilation, pad] = [attrs.strides[axis]!, attrs.dilations[axis]!, attrs.pads[axis]!];
  const places = range(0, typeOf(inputs[1]!).shape[axis + 2]!);
  const taps = places.filter((k) => (residue + pad - k * dilation) % stride === 0);
  return { taps, offsets: taps.map((k) => (residue + pad - k * dilation) / stride) };
}

/** Evenly spaced places of an axis. */
function pick(x: Tensor, axis: number, places: readonly number[]): Tensor {
  const [first, second] = places as [number, number?];
  return x.slice(axis, first, { step: second === undefined ? 1 : second - first, end: places.at(-1)! + 1 });
}

interface Geometry {
  readonly strides: Shape;
  readonly pads: Shape;
  readonly dilations: Shape;
}

export function forwardReach({ strides, pads, dilations }: Geometry, kernel: Shape, out: Shape): Reach[] {
  return kernel.map((k, axis) => ({
    places: out[axis]!,
    stride: strides[axis]!,
    offsets: range(0, k).map((tap) => tap * dilations[axis]! - pads[axis]!),
  }));
}

/** How many neighbours along the last axis can be taken as one row: [… W C] read as [… W/n n·C]. */
export function neighbours(reach: readonly Reach[]): number {
  const { stride, offsets } = reach.at(-1)!;
  const joined = gcd(stride, offsets.length);
  return offsets.every((offset, i) => i === 0 || offset === offsets[i - 1]! + 1) ? joined : 1;
}

/** Bytes of a layout that are worked on at a time: they should still be near when the product reads them, and be few. */
const PART_BYTES = 2 ** 21;

type Part = readonly [start: number, end: number];

/**
 * The places out of all pictures, row-major, in parts whose layouts are small enough: where each starts and ends. A part is
 * some whole pictures or lies in one.
 */
function partsOf(x: Tensor, reach: readonly Reach[]): Part[] {
  const n = x.shape[0]!;
  const places = sizeOf(reach.map((axis) => axis.places));
  if (isWhole(x, reach)) return [[0, n * places]];
  const picture = 4 * places * widthOf(x, reach);
  const fit = Math.floor(PART_BYTES / picture);
  if (fit >= 1) return evenly(n, Math.ceil(n / fit)).map(([start, end]) => [start * places, end * places]);
  const within = evenly(places, Math.ceil(picture / PART_BYTES));
  return range(0, n).flatMap((i) => within.map(([start, end]): Part => [i * places + start, i * places + end]));
}

/** 0 to `whole` in at most `count` parts of one size, but for the last. */
function evenly(whole: number, count: number): Part[] {
  const size = Math.ceil(whole / count);
  return range(0, Math.ceil(whole / size)).map((i) => [i * size, Math.min(whole, (i + 1) * size)]);
}

/** Numbers that a place out sees. */
function widthOf(x: Tensor, reach: readonly Reach[]): number {
  return sizeOf(reach.map(({ offsets }) => offsets.length)) * x.shape.at(-1)!;
}

interface ColumnsOptions {
  /** The edges are as wide as this needs, so that several layouts share them. */
  readonly widest?: readonly Reach[];
  /** Gathered once more instead of kept. */
  readonly again?: boolean;
}

/** What some of the places out see: x [N …S C] → [end − start, offsets · C], zeros beyond the edges. */
function columns(
  x: Tensor,
  reach: readonly Reach[],
  { widest = reach, again = false }: ColumnsOptions = {},
): (start: number, end: number) => Tensor {
  const [n, c] = [x.shape[0]!, x.shape.at(-1)!];
  const size = x.shape.slice(1, -1);
  if (isWhole(x, reach)) return () => x.reshape([n * sizeOf(size), c]);
  const places = sizeOf(reach.map((axis) => axis.places));
  const joined = neighbours(reach);
  const edges = widest.map((axis, i) => edgesOf(axis, size[i]!, i === size.length - 1 ? joined : 1));
  const padded = edges.every(([before, after]) => before === 0 && after === 0)
    ? x
    : x.pad([0, ...edges.map(([before]) => before), 0], [0, ...edges.map(([, after]) => after), 0]);
  const extents = padded.shape.slice(1, -1).map((extent, i) => (i === size.length - 1 ? extent / joined : extent));
  const table = padded.reshape([n * sizeOf(extents), joined * c]);
  const read = again ? apply("barrier", [table], {}) : table;
  const [, most] = partsOf(x, reach)[0]!;
  const first = indices(reach, { pictures: Math.ceil(most / places), extents, edges, joined });
  return (start, end) => {
    const picture = Math.floor(start / places);
    const own = first.slice(0, start - picture * places, end - picture * places).add(picture * sizeOf(extents));
    return read.gather(own, 0).reshape([end - start, widthOf(x, reach)]);
  };
}

/** Does each place see itself alone? */
function isWhole(x: Tensor, reach: readonly Reach[]): boolean {
  return reach.every(
    ({ places, stride, offsets }, i) =>
      places === x.shape[i + 1] && stride === 1 && offsets.length === 1 && offsets[0] === 0,
  );
}

/** Zeros before and after an axis, so that all that is seen is there; rows of `joined` neighbours begin where windows do. */
function edgesOf({ places, stride, offsets }: Reach, extent: number, joined: number): [number, number] {
  const [least, most] = [Math.min(...offsets), (places - 1) * stride + Math.max(...offsets)];
  const start = Math.max(0, -least);
  const before = start + modulo(-(least + start), joined);
  const end = Math.max(0, most + 1 - extent);
  return [before, end + modulo(-(before + extent + end), joined)];
}

interface Table {
  readonly pictures: number;
  /** Of each picture, in rows of `joined` neighbours, with its edges. */
  readonly extents: Shape;
  readonly edges: readonly [number, number][];
  readonly joined: number;
}

/** For each place out of each picture, row-major, the rows that it sees: i32 [pictures · places out, offsets / joined]. */
function indices(reach: readonly Reach[], { pictures, extents, edges, joined }: Table): Tensor {
  let [rows, width] = [range(0, pictures), 1]; // of the axes so far, row by row
  reach.forEach(({ places, stride, offsets }, axis) => {
    const last = axis === reach.length - 1;
    const unit = last ? joined : 1;
    const taken = offsets.filter((_, i) => i % unit === 0);
    const at = (place: number, offset: number): number => (place * stride + offset + edges[axis]![0]) / unit;
    const next: number[] = [];
    for (let row = 0; row < rows.length; row += width)
      for (let place = 0; place < places; place++)
        for (let k = 0; k < width; k++)
          for (const offset of taken) next.push(rows[row + k]! * extents[axis]! + at(place, offset));
    [rows, width] = [next, width * taken.length];
  });
  return constant(ndarray(rows, [rows.length / width, width], "i32"));
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function modulo(a: number, n: number): number {
  return ((a % n) + n) % n;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
