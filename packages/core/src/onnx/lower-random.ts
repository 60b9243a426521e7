/**
 * @file Random bits: squares32 on u64, as in rng/squares.ts, with the halves swapped by multiplication and division.
 * Widynski 2020, "Squares: A Fast Counter-Based RNG". arXiv:2004.06278v7
 */
import type { NodeOf } from "../ir/node.js";
import { sizeOf } from "../shape.js";
import type { Scope } from "./scope.js";

export function lowerRandomBits(scope: Scope, node: NodeOf<"randomBits">): string {
  const { shape } = node.attrs;
  const half = scope.scalar(1n << 32n, "u64");
  const high = (x: string): string => scope.emit("Div", [x, half]);
  const swap = (x: string): string => scope.emit("Add", [high(x), scope.emit("Mul", [x, half])]);
  const round = (x: string, c: string): string => scope.emit("Add", [scope.emit("Mul", [x, x]), c]);
  const key = scope.read(node.inputs[0]!);
  const y = scope.emit("Mul", [scope.range(sizeOf(shape), "u64"), key]);
  const z = scope.emit("Add", [y, key]);
  const x = swap(round(swap(round(swap(round(y, y)), z)), y));
  const bits = scope.cast(high(round(x, z)), "u32");
  return shape.length === 1 ? bits : scope.emit("Reshape", [bits, scope.ints(shape)]);
}
