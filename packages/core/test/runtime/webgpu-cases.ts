/** @file Which primitive cases WebGPU cannot run, and why. */
import type { Graph } from "../../src/ir/graph.js";
import type { Op } from "../../src/ir/ops.js";
import type { PrimitiveCase } from "../../src/testing/primitive-cases-build.js";

/** 64-bit numbers are divided by powers of two only. */
export function divides(op: Op, { name }: PrimitiveCase): string | undefined {
  return op === "div" && (name === "i64" || name === "u64")
    ? "64-bit quotients would take thousands of operators"
    : undefined;
}

export function has64BitReals(graph: Graph): string | undefined {
  return graph.nodes().some(({ types }) => types.some(({ dtype }) => dtype === "f64"))
    ? "WebGPU has no f64"
    : undefined;
}
