import { describe, expect, it } from "vitest";
import { constantInit, feed, param, program } from "@gen/core";
import { FAMILIES } from "../../src/train/families.js";
import { EQUATIONS } from "../../src/understand/equations.js";
import { around, drawnProgram } from "../../src/understand/graph.js";
import { laidOut } from "../../src/understand/layout.js";

const [x, w] = [feed([4, 2], "f32"), param([2, 3], constantInit(1))];
const nodes = drawnProgram(
  program({ states: new Map([["w", w]]), feeds: { x }, outputs: { y: x.matmul(w).tanh().mul(2) } }),
);

describe("a graph as it is drawn", () => {
  it("says what each node is, and leaves constants out", () => {
    expect(nodes.map(({ title, kind, type, inputs }) => [title, kind, type, ...inputs])).toEqual([
      ["x", "input", "f32[4, 2]"],
      ["w", "weights", "f32[2, 3]"],
      ["matmul", "operator", "f32[4, 3]", 0, 1],
      ["tanh", "operator", "f32[4, 3]", 2],
      ["mul", "operator", "f32[4, 3]", 3],
    ]);
    expect(nodes[4]!.outputs).toEqual(["y"]);
    expect(nodes[3]!.runs).toBe("CPU and wasm: an operator of its own; WebGPU: an operator of its own");
  });

  it("has a part around a node, nearest first", () => {
    expect(around(nodes, 4, 2).map(({ title }) => title)).toEqual(["tanh", "mul"]);
    expect(around(nodes, 0, 3).map(({ title }) => title)).toEqual(["x", "w", "matmul"]);
  });

  it("is laid out from above, a line for each edge", () => {
    const { nodes: placed, edges } = laidOut(nodes);
    const y = new Map(placed.map(({ node, y }) => [node.title, y]));
    expect(y.get("x")).toBeLessThan(y.get("matmul")!);
    expect(y.get("matmul")).toBeLessThan(y.get("tanh")!);
    expect(edges).toHaveLength(4);
  });
});

it("every family has its equation, as MathML that is well formed", () => {
  expect(Object.keys(EQUATIONS)).toEqual(FAMILIES.map(({ id }) => id));
  for (const { math } of Object.values(EQUATIONS)) {
    const open: string[] = [];
    for (const [, slash, name] of math.matchAll(/<(\/?)(\w+)[^>]*>/g)) {
      if (slash === "") open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  }
});
