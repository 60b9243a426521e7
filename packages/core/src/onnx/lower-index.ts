/** @file Lowering of what moves or picks elements by position. */
import { typeOf, type NodeOf } from "../ir/node.js";
import { ndarray } from "../ndarray.js";
import { ordered } from "./kernels.js";
import type { Scope } from "./scope.js";
import { carrierOf, countsAtRunTime } from "./target.js";

/** Up to this many, counted numbers are part of the file. */
const SMALL = 1024;

export function lowerIota(scope: Scope, node: NodeOf<"iota">): string {
  const { length, dtype } = node.attrs;
  if (length > SMALL && countsAtRunTime(scope.target)) return scope.range(length, dtype);
  const key = `iota ${length} ${dtype}`;
  return scope.constant(
    ndarray(
      Array.from({ length }, (_, i) => i),
      [length],
      dtype,
    ),
    key,
  );
}

/** Only the axes that are cut are named. */
export function lowerSlice(scope: Scope, node: NodeOf<"slice">): string {
  const { starts, ends, steps } = node.attrs;
  const { shape } = typeOf(node.inputs[0]!);
  const x = scope.read(node.inputs[0]!);
  const axes = shape.flatMap((n, i) => (starts[i] === 0 && ends[i] === n && steps[i] === 1 ? [] : [i]));
  if (axes.length === 0) return x;
  const [from, to, by] = [starts, ends, steps].map((values) => scope.ints(axes.map((axis) => values[axis]!)));
  return scope.emit("Slice", [x, from!, to!, scope.ints(axes), by!]);
}

/** The second result of TopK; the first, the numbers themselves, is picked by whoever wants them. */
export function lowerArgTopK(scope: Scope, node: NodeOf<"argTopK">): string {
  const { dtype } = typeOf(node.inputs[0]!);
  const given = scope.read(node.inputs[0]!);
  const carrier = carrierOf(scope.target, "TopK", dtype);
  const x = dtype === "u64" ? ordered(scope, given) : carrier === undefined ? given : scope.cast(given, carrier);
  const outputs = [scope.shared.fresh("top"), scope.shared.fresh("top_indices")];
  scope.emitAll("TopK", [x, scope.ints([node.attrs.k])], { attributes: { axis: -1 }, outputs });
  return scope.cast(outputs[1]!, "i32");
}

export function lowerPad(scope: Scope, node: NodeOf<"pad">): string {
  const { before, after, value } = node.attrs;
  const inputs = [scope.read(node.inputs[0]!), scope.ints([...before, ...after])];
  return scope.emit("Pad", value === 0 ? inputs : [...inputs, scope.scalar(value, typeOf(node.inputs[0]!).dtype)]);
}

export function lowerGather(scope: Scope, node: NodeOf<"gather">): string {
  return scope.emit(
    "Gather",
    node.inputs.map((input) => scope.read(input)),
    { axis: node.attrs.axis },
  );
}

/** Rows added into zeros, with the axis in front: ScatterND adds duplicates too. */
export function lowerScatterAdd(scope: Scope, node: NodeOf<"scatterAdd">): string {
  const { axis, size } = node.attrs;
  const [indices, updates] = node.inputs as [NodeOf<"input">, NodeOf<"input">];
  const { dtype, shape } = typeOf(updates);
  const count = typeOf(indices).shape.length;
  const before = shape.slice(0, axis);
  const after = shape.slice(axis + count);
  const column = scope.emit("Reshape", [scope.read(indices), scope.ints([...typeOf(indices).shape, 1])]);
  const places = scope.cast(column, "i64"); // the last thing done with them: WebGPU cannot reshape i64
  const zeros = scope.emit("Expand", [scope.scalar(0, dtype), scope.ints([size, ...before, ...after])]);
  const given = scope.read(updates);
  const inFront = axis === 0 ? given : scope.emit("Transpose", [given], { perm: bring(shape.length, axis, count) });
  const rows = scope.emit("ScatterND", [zeros, places, inFront], { reduction: "add" });
  if (axis === 0) return rows;
  const perm = [...range(1, axis + 1), 0, ...range(axis + 1, 1 + before.length + after.length)];
  return scope.emit("Transpose", [rows], { perm });
}

/** The order of axes that brings `count` axes from `axis` on to the front. */
function bring(rank: number, axis: number, count: number): number[] {
  return [...range(axis, axis + count), ...range(0, axis), ...range(axis + count, rank)];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
