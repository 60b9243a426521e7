/** @file An adaptive solver that does not arrive: the files say what they give then, and the layer is named. */
import { key, ndarray, reference, type NdArray, type Program } from "@gen/core";
import { describe, expect, it } from "vitest";
import {
  checkConverged,
  cnf,
  Continuous,
  ElementwiseAffine,
  exportedFiles,
  Flow,
  Inverted,
  lostRows,
  realNvp,
} from "../src/index.js";

const hidden = [8];
/** Its first step ends a tenth of the way on. */
const hasty = { tolerance: 1e-5, maxSteps: 1 };
const x = ndarray([0.4, -0.7, 1.2, 0.3], [2, 2]);

async function run(flow: Flow, program: Program, feeds: Record<string, NdArray>): Promise<Record<string, NdArray>> {
  const runtime = reference();
  const store = await runtime.init(flow, { key: key(1) });
  return runtime.run(program, { store, feeds, ...(program.usesKey && { key: key(2) }) });
}
const numbers = ({ data }: NdArray): number[] => Array.from(data, Number);

describe("a solver that does not arrive", () => {
  it("is said of what the files give", () => {
    const files = exportedFiles(cnf({ dim: 2, hidden, adaptive: hasty }));
    const text = "NaN for a row that the adaptive solver does not bring to its end, maxSteps 1";
    expect(files["logprob"]!.describe["logprob"]).toContain(text);
    expect(files["encode"]!.describe["z"]).toContain(text);
    expect(files["decode"]!.describe["x"]).toContain(text);
    expect(files["sampler"]!.describe["samples"]).toContain(text);
    expect(exportedFiles(cnf({ dim: 2, hidden }))["logprob"]!.describe["logprob"]).not.toContain("NaN");
  });

  it("is one layer of those there are, by its place, forth and back", async () => {
    const solved = new Continuous({ dim: 2, hidden, steps: 2 });
    const lost = (): Continuous => new Continuous({ dim: 2, hidden, adaptive: hasty });
    const flow = new Flow({
      transforms: [new ElementwiseAffine({ shape: [2] }), solved, new Inverted(lost()), lost()],
    });
    const there = await run(flow, lostRows(flow, { n: 2 }), { x });
    expect(numbers(there["layer"]!)).toEqual([2, 2]);
    expect(() => checkConverged(flow, there["layer"]!)).toThrow(
      "Flow: expected transform.transforms.2 to bring each row to its end, got none for row 0: a row that the adaptive solver does not bring to its end, maxSteps 1",
    );
    const back = await run(flow, lostRows(flow, { n: 2, way: "decode" }), { z: x });
    expect(numbers(back["layer"]!)).toEqual([3, 3]);
  });

  it("takes no neighbour with it, and is no row that was none", async () => {
    const flow = cnf({ dim: 2, hidden, steps: 2 });
    const { layer } = await run(flow, lostRows(flow, { n: 2 }), { x: ndarray([0.4, -0.7, NaN, 1], [2, 2]) });
    expect(numbers(layer!)).toEqual([-1, -2]);
    expect(() => checkConverged(flow, layer!)).toThrow("expected rows of numbers, got NaN or an infinity in row 1");
    const closed = realNvp({ dim: 2, hidden });
    const { layer: none } = await run(closed, lostRows(closed, { n: 2 }), { x });
    expect(() => checkConverged(closed, none!)).not.toThrow();
  });
});
