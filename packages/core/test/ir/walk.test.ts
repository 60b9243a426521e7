import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { make, type Node } from "../../src/ir/node.js";
import { dependents, mapNodes, substitute, topological } from "../../src/ir/walk.js";
import { print } from "../../src/ir/print.js";

const DEEP = 200_000;

const input = (): Node => make("input", [], { kind: "feed", dtype: "f32", shape: [] });
const unary = (op: "exp" | "neg" | "sin", x: Node): Node => make(op, [x], {});
const add = (a: Node, b: Node): Node => make("add", [a, b], {});

function chain(from: Node, length: number): Node {
  let node = from;
  for (let i = 0; i < length; i++) node = unary("sin", node);
  return node;
}

describe("topological", () => {
  it("puts each node once, after its inputs", () => {
    const [x, y] = [input(), input()];
    const [a, b] = [unary("exp", x), unary("neg", y)];
    const c = add(add(a, b), add(a, x));
    const order = topological([c, a, c]);
    expect(new Set(order).size).toBe(order.length);
    expect(order).toHaveLength(7);
    for (const node of order)
      for (const needed of node.inputs) expect(order.indexOf(needed)).toBeLessThan(order.indexOf(node));
  });

  it("keeps one order, and is empty without roots", () => {
    const c = add(unary("exp", input()), unary("neg", input()));
    expect(topological([c])).toEqual(topological([c]));
    expect(topological([])).toEqual([]);
  });
});

describe("dependents", () => {
  it("finds what lies between sources and roots, the sources among them", () => {
    const [x, y] = [input(), input()];
    const [a, b] = [unary("exp", x), unary("neg", y)];
    const c = add(a, b);
    expect(dependents([c], new Set([x]))).toEqual(new Set([x, a, c]));
    expect(dependents([b], new Set([x]))).toEqual(new Set());
  });
});

describe("substitute and mapNodes", () => {
  it("replaces a node wherever it stands, and keeps what is untouched", () => {
    const [x, y, z] = [input(), input(), input()];
    const kept = unary("neg", y);
    const [made, same] = substitute([add(unary("exp", x), kept), kept], new Map([[x, z]]));
    expect(made).toBe(add(unary("exp", z), kept));
    expect(same).toBe(kept);
  });

  it("does not replace within the replacement", () => {
    const x = input();
    expect(substitute([unary("exp", x)], new Map([[x, unary("neg", x)]]))[0]).toBe(unary("exp", unary("neg", x)));
  });

  it("hands the visitor rebuilt inputs", () => {
    const x = input();
    const swapped = mapNodes([unary("neg", unary("neg", x))], (node, rebuild) =>
      node.op === "neg" ? unary("sin", rebuild().inputs[0]!) : node,
    );
    expect(swapped[0]).toBe(unary("sin", unary("sin", x)));
  });
});

describe("deep graphs", () => {
  it("are walked without recursion", () => {
    const [x, y] = [input(), input()];
    const deep = chain(x, DEEP);
    expect(topological([deep])).toHaveLength(DEEP + 1);
    expect(dependents([deep], new Set([x])).size).toBe(DEEP + 1);
    expect(mapNodes([deep], (_, rebuild) => rebuild())[0] === deep).toBe(true); // toEqual would recurse
    const graph = new Graph({ inputs: [{ name: "x", node: x }], outputs: [{ name: "y", node: deep }] });
    expect(print(graph).split("\n")).toHaveLength(DEEP + 2);
    const [moved] = substitute([chain(x, DEEP / 10)], new Map([[x, y]]));
    expect(topological([moved!])[0]).toBe(y);
  });
});
