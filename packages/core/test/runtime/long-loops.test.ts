import { describe, expect, it } from "vitest";
import {
  key,
  ndarray,
  program,
  randomNormal,
  scalar,
  scan,
  splitKey,
  type Backend,
  type Tensor,
} from "../../src/index.js";
import { longLoops } from "../../src/runtime/long-loops.js";
import { referenceBackend } from "../../src/runtime/reference.js";
import { feed } from "../../src/tensor/inputs.js";

/** The reference device, which says how long the loops were that it compiled, graph by graph, and what it holds. */
function device(): { backend: Backend; compiled: number[][]; held: () => number } {
  const inner = referenceBackend();
  const compiled: number[][] = [];
  let held = 0;
  const backend: Backend = {
    ...inner,
    async compile(graph) {
      compiled.push(
        graph.nodes().flatMap(({ op, attrs }) => (op === "scan" ? [(attrs as { length: number }).length] : [])),
      );
      const kernel = await inner.compile(graph);
      return {
        ...kernel,
        async run(inputs, keep, given) {
          held += keep.size;
          return kernel.run(inputs, keep, given);
        },
      };
    },
    free(handles) {
      held -= handles.length;
      inner.free(handles);
    },
  };
  return { backend, compiled, held: () => held };
}

const x = feed([3]);
const rows = feed([70, 3]);
const wide = feed([], "u64");

/** 70 steps that read a row, a value from outside, the key and a counter; and give the sum so far. */
function summed(reverse: boolean): Tensor[] {
  const { carry, ys } = scan({ carry: [x.mul(2), scalar(0, "i32")], xs: [rows], reverse }, ([sum, step], [row]) => {
    const noise = randomNormal(splitKey(wide, step!), [3]);
    const next = sum!.mul(0.9).add(row!.mul(x.exp())).add(noise);
    return { carry: [next, step!.add(1)], ys: [next.sum(-1)] };
  });
  return [carry[0]!, ys[0]!];
}

const inputs = {
  $key: ndarray([key(5)], [], "u64"),
  x: ndarray(Float32Array.of(0.1, -0.2, 0.3), [3], "f32"),
  rows: ndarray(
    Float32Array.from({ length: 210 }, (_, i) => Math.sin(i)),
    [70, 3],
    "f32",
  ),
};

describe("loops of any length", () => {
  it.each([false, true])("give what they give in one graph (reverse: %s)", async (reverse) => {
    const [last, stack] = summed(reverse);
    const again = scan({ carry: [last!], length: 65 }, ([h]) => ({ carry: [h!.mul(0.99).add(x)] })); // needs the first
    const made = program({ feeds: { x, rows }, key: wide, outputs: { last: again.carry[0]!, stack: stack!.add(1) } });
    const { backend, compiled, held } = device();
    const kernel = await longLoops(backend).compile(made.graph);
    const alone = await referenceBackend().compile(made.graph);
    const [cut, whole] = [await kernel.run(inputs, new Set()), await alone.run(inputs, new Set())];
    for (const name of ["last", "stack"]) {
      const [a, b] = [cut.returned[name]!, whole.returned[name]!];
      expect(a.shape).toEqual(b.shape);
      Array.from(a.data, Number).forEach((v, i) => expect(v).toBeCloseTo(Number(b.data[i]), 10));
    }
    expect(held()).toBe(0);
    expect(compiled).toEqual([[], ...(reverse ? [[6], [16]] : [[16], [6]]), [16], [1], []]);
    await kernel.release();
  });

  it("keeps what is to stay on the device, and lets go of the rest when a part fails", async () => {
    const { carry } = scan({ carry: [x], length: 100 }, ([h]) => ({ carry: [h!.mul(0.5)] }));
    const made = program({ feeds: { x }, outputs: { y: carry[0]!.add(1) } });
    const { backend, held } = device();
    const kernel = await longLoops(backend).compile(made.graph);
    const { kept } = await kernel.run({ x: inputs.x }, new Set(["y"]));
    expect(Array.from((await backend.get(kept["y"]!)).data, Number)).toEqual(
      [1, 1, 1].map((v): unknown => expect.closeTo(v, 6)),
    );
    expect(held()).toBe(1);
    backend.free([kept["y"]!]);

    let left = 3;
    const failing = longLoops({
      ...backend,
      async compile(graph) {
        const kernel = await backend.compile(graph);
        return { ...kernel, run: (...asked) => (left-- > 0 ? kernel.run(...asked) : Promise.reject(new Error("no"))) };
      },
    });
    await expect((await failing.compile(made.graph)).run({ x: inputs.x }, new Set())).rejects.toThrow("no");
    expect(held()).toBe(0);
  });

  it("leaves a graph of short loops as it is", async () => {
    const { carry } = scan({ carry: [x], length: 64 }, ([h]) => ({ carry: [h!.mul(0.5)] }));
    const { backend, compiled } = device();
    await longLoops(backend).compile(program({ feeds: { x }, outputs: { y: carry[0]! } }).graph);
    expect(compiled).toEqual([[64]]);
  });
});
