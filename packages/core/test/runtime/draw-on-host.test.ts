import { describe, expect, it } from "vitest";
import {
  key,
  ndarray,
  program,
  randomBits,
  randomNormal,
  scalar,
  scan,
  splitKey,
  type Backend,
  type Graph,
  type Program,
  type Tensor,
} from "../../src/index.js";
import { referenceBackend } from "../../src/runtime/reference.js";
import { drawOnHost } from "../../src/runtime/draw-on-host.js";
import { feed } from "../../src/tensor/inputs.js";

const wide = feed([], "u64");
const x = feed([3], "f32");

/** A program of a key and a row, and the graph that a device gets of it. */
async function both(outputs: (key: Tensor) => Record<string, Tensor>): Promise<{ graph: Graph; made: Program }> {
  const made = program({ feeds: { x }, key: wide, outputs: outputs(wide) });
  const graphs: Graph[] = [];
  const inner = referenceBackend();
  const spy: Backend = {
    ...inner,
    compile(graph) {
      graphs.push(graph);
      return inner.compile(graph);
    },
  };
  const inputs = { $key: ndarray([key(5)], [], "u64"), x: ndarray(Float32Array.of(1, 2, 3), [3], "f32") };
  const kernel = await drawOnHost(spy).compile(made.graph);
  const alone = await inner.compile(made.graph);
  expect(await kernel.run(inputs, new Set())).toEqual(await alone.run(inputs, new Set()));
  return { graph: graphs[0]!, made };
}

const opsOf = (graph: Graph): string[] => graph.nodes().map(({ op }) => op);
const namesOf = (graph: Graph): string[] => graph.inputs.map(({ name }) => name);

describe("drawing on the host", () => {
  it("hands the bits to the device, and leaves what is done with them there", async () => {
    const { graph } = await both((root) => ({ y: x.add(randomNormal(splitKey(root, 2), [3])) }));
    expect(namesOf(graph)).toEqual(["x", "$key.0"]);
    expect(opsOf(graph)).not.toContain("randomBits");
    expect(opsOf(graph)).toContain("log");
  });

  it("draws for each step of a loop", async () => {
    const { graph } = await both((root) => {
      const { carry } = scan({ carry: [x, scalar(0, "i32")], length: 4 }, ([h, step]) => ({
        carry: [h!.add(randomNormal(splitKey(root, step!), [3])), step!.add(1)],
      }));
      return { y: carry[0]! };
    });
    expect(namesOf(graph)).toHaveLength(5);
    expect(opsOf(graph)).not.toContain("randomBits");
  });

  it("leaves large draws to the device, with a key from the host", async () => {
    const { graph } = await both((root) => ({ y: randomBits(splitKey(root, 0), [257, 256]), z: x.mul(2) }));
    expect(opsOf(graph)).toContain("randomBits");
    expect(opsOf(graph)).not.toContain("div");
  });

  it("changes nothing where nothing is drawn", async () => {
    const { graph, made } = await both((root) => ({ y: x.mul(2), root }));
    expect(graph).toBe(made.graph);
  });
});
