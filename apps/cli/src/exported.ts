/** @file An exported model: where it is, and drawing from it through its files alone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { GenError, ndarray, sizeOf, type NdArray } from "@gen/core";
import { openFolder } from "@gen/core/node";

/** The folder of an exported model: the folder itself, or `model/` in the folder of a run. @throws GenError `file` */
export function modelFolder(path: string, shown: string): string {
  for (const folder of [path, join(path, "model")]) if (existsSync(join(folder, "card.json"))) return folder;
  throw new GenError("file", `${shown}: expected an exported model, got a place without card.json`, {
    fix: existsSync(join(path, "config.json"))
      ? `gen export ${shown}`
      : "name the folder of a run, or of a model that gen exported",
  });
}

export interface DrawOptions {
  readonly seed: number;
  readonly n: number;
  /** Class to draw from, for a model that has classes; all in turn unless given. */
  readonly label?: number | undefined;
}

/**
 * Runs the sampler of an exported model. The same seed gives the same samples, wherever it runs.
 *
 * @returns [n, …] in the user's units
 * @throws GenError `option` for a class where there are none, and what `openFolder` throws
 */
export async function draw(folder: string, { seed, n, label }: DrawOptions): Promise<NdArray> {
  const model = await openFolder(folder);
  const ports = model.card.files["sampler.onnx"]?.inputs ?? [];
  const labelPort = ports.find(({ name }) => name === "label");
  if (label !== undefined && labelPort === undefined) {
    throw new GenError(
      "option",
      `gen sample: expected --label only for a model with classes, got it for ${model.card.name}`,
      { fix: "leave out --label" },
    );
  }
  const inputs: Record<string, NdArray> = { seed: ndarray([seed], [], "i64"), n: ndarray([n], [], "i64") };
  if (labelPort !== undefined) {
    const shape = labelPort.shape.map((extent) => (typeof extent === "number" ? extent : n));
    inputs["label"] = ndarray(new Array<number>(sizeOf(shape)).fill(label ?? 0), shape, labelPort.dtype);
  }
  const session = await model.open("sampler.onnx");
  try {
    const { samples } = await session.run(inputs);
    if (samples === undefined)
      throw new GenError("format", `${folder}/sampler.onnx: expected an output "samples", got none`, {
        fix: "export the model again",
      });
    return samples;
  } finally {
    await session.close();
  }
}
