import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/ir/evaluate.js";
import { facts } from "../../src/ir/facts.js";
import { type Graph } from "../../src/ir/graph.js";
import { typeOf, type Node } from "../../src/ir/node.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { legalize } from "../../src/onnx/legalize.js";
import { joinArray, partsOf, splitArray } from "../../src/onnx/parts.js";
import { key } from "../../src/rng/key.js";
import { randomBits as hostBits } from "../../src/rng/random.js";
import { describeConformance, describeRandomGraphs } from "../../src/testing/conformance.js";
import { graphOf } from "./check.js";
import { scan } from "../../src/tensor/control.js";
import { feed } from "../../src/tensor/inputs.js";
import { keyFromSeed, randomBits, splitKey } from "../../src/tensor/random.js";
import { divides, has64BitReals } from "../runtime/webgpu-cases.js";

type Arrays = Readonly<Record<string, NdArray>>;

/** A legalized graph, evaluated on the parts of the inputs; the outputs joined again. */
function runLegal(graph: Graph, inputs: Arrays): Arrays {
  const legal = legalize(graph);
  legal.nodes().forEach(expectNative);
  const parts = Object.entries(inputs).flatMap(([name, array]) => {
    const split = splitArray(array); // none for no elements
    return partsOf(name, array).map((part, i) => [part.name, split[i]!] as const);
  });
  const results = evaluate(legal, Object.fromEntries(parts));
  return Object.fromEntries(
    graph.outputs.map(({ name, node }) => {
      const type = typeOf(node);
      return [
        name,
        joined(
          partsOf(name, type).map((part) => results[part.name]!),
          type,
        ),
      ];
    }),
  );
}

/** What `evaluate` gives for f32 is float64, and stays so. */
const joined = (parts: readonly NdArray[], type: ReturnType<typeof typeOf>): NdArray =>
  type.dtype === "f32" && parts.length > 0 ? parts[0]! : joinArray(parts, type);

/** WebGPU runs the op on the types it stands on. */
function expectNative(node: Node): void {
  const { op, inputs } = node;
  const worked = op === "where" || op === "scatterAdd" ? inputs[1]! : (inputs[0] ?? node);
  expect(facts[op].webgpu.native, `${op} of ${typeOf(worked).dtype}`).toContain(typeOf(worked).dtype);
  if (op === "cast") expect(facts.cast.webgpu.native).toContain(typeOf(node).dtype);
}

describeConformance("a legalized graph", runLegal, {
  provider: "webgpu",
  skip: (op, given) =>
    given.special && (op === "sin" || op === "cos") ? "10³⁰ is no angle in f32" : divides(op, given),
});
describeRandomGraphs("a legalized graph", runLegal, { skip: has64BitReals });

describe("parts", () => {
  it("hold every whole number and truth value", () => {
    for (const array of [
      ndarray([0n, 1n, 2n ** 64n - 1n, 2n ** 32n, 0xc8e4fd154ce32f6dn], [5], "u64"),
      ndarray([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)], [2, 2], "i64"),
      ndarray([0, 255, 7], [3], "u8"),
      ndarray([true, false], [2], "bool"),
      ndarray([-1, 2 ** 31 - 1], [2], "i32"),
      ndarray([], [0, 3], "u64"),
    ]) {
      expect(joinArray(splitArray(array), array)).toEqual(array);
    }
  });
  it("are named after their array", () => {
    expect(partsOf("k", { dtype: "u64", shape: [] }).map(({ name }) => name)).toEqual(["k:high", "k:low"]);
    expect(() => partsOf("x", { dtype: "f64", shape: [] })).toThrow(/expected f32 for real numbers, got f64 in "x"/);
  });
});

describe("legalize", () => {
  it("draws the bits of the host, from keys split in the graph", () => {
    const seed = feed([], "u64");
    const graph = graphOf({ seed }, { y: randomBits(splitKey(splitKey(keyFromSeed(seed), 7), 2 ** 40), [40]) });
    const { y } = runLegal(graph, { seed: ndarray([12345n], [], "u64") });
    const host = evaluate(graph, { seed: ndarray([12345n], [], "u64") });
    expect([...y!.data]).toEqual([...host["y"]!.data]);
    const k = feed([], "u64");
    const bits = runLegal(graphOf({ k }, { y: randomBits(k, [4096]) }), { k: ndarray([key(3)], [], "u64") })["y"]!;
    expect(bits.data).toEqual(hostBits(key(3), 4096));
  });
  it("takes few operators for random bits", () => {
    const k = feed([], "u64");
    expect(legalize(graphOf({ k }, { y: randomBits(k, [1000]) })).nodes().length).toBeLessThan(170);
  });
  it("unrolls loops of at most 64 steps, and refuses longer ones", () => {
    const x = feed([2]);
    const looped = (length: number) =>
      graphOf({ x }, { y: scan({ carry: [x], length }, ([c]) => ({ carry: [c!.sin()] })).carry[0]! });
    expect(
      legalize(looped(64))
        .nodes()
        .some(({ op }) => op === "scan"),
    ).toBe(false);
    expect(() => legalize(looped(65))).toThrow(
      /expected loops in loops of at most 64 steps, got one of 65\n {2}fix: .*CPU/,
    );
  });
  it("refuses what WebGPU has no numbers for, by op", () => {
    const x = feed([2]);
    expect(() => legalize(graphOf({ x }, { y: x.cast("f64").exp().cast("f32") }))).toThrow(
      /expected f32.*f64 in "cast"/,
    );
    const n = feed([2], "i64");
    for (const divisor of [3, 0, n.add(3)]) {
      expect(() => legalize(graphOf({ n }, { y: n.div(divisor) }))).toThrow(
        /power of two as divisor of 64-bit numbers/,
      );
    }
  });
});
