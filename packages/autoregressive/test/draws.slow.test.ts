/** @file Every exported file that draws is held to where its uniform numbers lie: a draw that is another one is found out. */
import { ndarray, reference, type ExportFile, type NdArray } from "@gen/core";
import { exportFiles } from "@gen/core/onnx";
import { describe, expect, it } from "vitest";
import { kinds } from "./kinds.js";
import { movedStore } from "./statistics.js";

const runtime = reference();

/** One of each way to tell where a draw lies. */
const names = [
  "PixelCNN of two colours",
  "PixelCNN++ in colour",
  "NADE",
  "MADE",
  "MADE of real numbers",
  "music",
  "GPT",
];

describe.each(names)("%s", (name) => {
  const { model, files } = kinds[name]!();

  it.each(Object.entries(files))("%s", async (stem, file) => {
    const store = await movedStore(runtime, model, 0.3);
    const { output } = file.draws!;
    /** The parity of a file that tells, of what the trainer draws, the values that `change` makes. */
    const held = async (change: (values: number[]) => void): Promise<number> => {
      const run = async (inputs: Readonly<Record<string, NdArray>>) => {
        const outputs = await runtime.run(file.trace(sizesOf(file, inputs)), { store, feeds: inputs });
        const { data, shape, dtype } = outputs[output]!;
        const values = Array.from(data as ArrayLike<number>);
        change(values);
        return { ...outputs, [output]: ndarray(values, shape, dtype === "f64" ? "f32" : "i32") };
      };
      const checker = { provider: "changed", open: () => Promise.resolve({ run, close: () => Promise.resolve() }) };
      const request = { family: "autoregressive", name, files: { [stem]: file } };
      const card = (await exportFiles(request, { runtime, store }, [checker])).get("card.json");
      const { parity } = JSON.parse(new TextDecoder().decode(card)) as { parity: { maxAbsolute: number }[] };
      return parity[0]!.maxAbsolute;
    };
    expect(await held(() => undefined)).toBeLessThan(1e-6);
    const changed = (at: number) => (values: number[]) => {
      values[at < 0 ? values.length + at : at] = values.at(at)! > 0.5 ? 0 : 1;
    };
    for (const at of stem === "complete" ? [0, -1] : [-1]) {
      // of what is completed, one that is given too
      await expect(held(changed(at))).rejects.toThrow(`expected ${stem}.onnx to agree with the trainer to 0.0001`);
    }
  });
});

/** Of the inputs of a file. */
function sizesOf({ symbols }: ExportFile, inputs: Readonly<Record<string, NdArray>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(symbols).map(([symbol, source]) => [
      symbol,
      source.from === "dim" ? inputs[source.input]!.shape[source.axis]! : Number(inputs[source.name]!.data[0]),
    ]),
  );
}
