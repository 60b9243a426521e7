/** @file An exported sampler may draw another token than the trainer only where its uniform number lies on an edge. */
import { key, ndarray, reference, split, uniformDraws, type NdArray } from "@gen/core";
import { exportFiles } from "@gen/core/onnx";
import { expect, it } from "vitest";
import { textFiles } from "../../src/index.js";
import { Bigram } from "../decoding/bigram.js";

/** Exports a coin whose first toss of seed 7 lies `by` above an edge, with a file that tells it as heads and tails changed. */
async function exportCoin(by: number): Promise<number> {
  const [u] = uniformDraws(split(key(7), 0), 1);
  const heads = Math.log(u! - by) - Math.log(1 - u! + by);
  const model = new Bigram([
    [heads, 0],
    [heads, 0],
  ]);
  const runtime = reference();
  const store = await runtime.init(model, { key: key(0) });
  const { sampler } = textFiles(model, { start: 0 });
  const run = async (inputs: Readonly<Record<string, NdArray>>) => {
    const [n, steps] = ["n", "steps"].map((name) => Number(inputs[name]!.data[0])) as [number, number];
    const { samples } = await runtime.run(sampler!.trace({ n, steps }), { store, feeds: inputs });
    const told = Int32Array.from(samples!.data as Int32Array);
    if (n === 1) told[0] = 1 - told[0]!;
    return { samples: ndarray(told, [n, steps], "i32") };
  };
  const files = await exportFiles(
    { family: "autoregressive", name: "coin", files: { sampler: sampler! } },
    { runtime, store },
    [{ provider: "changed", open: () => Promise.resolve({ run, close: () => Promise.resolve() }) }],
  );
  const card = JSON.parse(new TextDecoder().decode(files.get("card.json"))) as { parity: { maxAbsolute: number }[] };
  return card.parity[0]!.maxAbsolute;
}

it.each([3e-5, -3e-5])("another draw is allowed on the edge, %f beside it", async (by) => {
  expect(await exportCoin(by)).toBeCloseTo(Math.abs(by), 6);
});

it("another draw is refused away from it", async () => {
  await expect(exportCoin(0.002)).rejects.toThrow(
    "expected sampler.onnx to agree with the trainer to 0.0001, got 0.00",
  );
});
