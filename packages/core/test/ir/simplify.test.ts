import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/ir/evaluate.js";
import { simplify } from "../../src/ir/simplify.js";
import { expectClose } from "../../src/testing/conformance.js";
import { randomCase } from "../../src/testing/conformance-random.js";

describe("simplify", () => {
  it.each(Array.from({ length: 200 }, (_, seed) => seed))("keeps the values of random graph %i", (seed) => {
    const { graph, inputs } = randomCase(seed, 10 + (seed % 30));
    const simple = simplify(graph);
    const [before, after] = [evaluate(graph, inputs), evaluate(simple, inputs)];
    for (const { name, node } of graph.outputs) {
      const { dtype } = node.types[0]!;
      expectClose(after[name], before[name]!, { dtype, atol: () => 1e-5, rtol: 1e-5 });
    }
    expect(simplify(simple)).toBe(simple);
    expect(simple.nodes().length).toBeLessThanOrEqual(graph.nodes().length + 3);
  });
});
