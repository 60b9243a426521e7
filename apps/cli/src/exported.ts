/** @file An exported model: where it is, and drawing from it through its files alone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { GenError, ndarray, type Card, type NdArray } from "@gen/core";
import { openFolder } from "@gen/core/node";
import { told, type Told } from "./conditions.js";

/** The folder of an exported model: the folder itself, or `model/` in the folder of a run. @throws GenError `file` */
export function modelFolder(path: string, shown: string): string {
  for (const folder of [path, join(path, "model")]) if (existsSync(join(folder, "card.json"))) return folder;
  throw new GenError("file", `${shown}: expected an exported model, got a place without card.json`, {
    fix: existsSync(join(path, "config.json"))
      ? `gen export ${shown}`
      : "name the folder of a run, or of a model that gen exported",
  });
}

export interface DrawOptions extends Told {
  readonly seed: number;
  readonly n: number;
}

/**
 * Runs the sampler of an exported model. The same seed gives the same samples, wherever it runs.
 *
 * @returns [n, …] in the user's units
 * @throws GenError `option` for a class where there are none, and what `openFolder` throws
 */
export async function draw(folder: string, options: DrawOptions): Promise<NdArray> {
  const sampler = await openSampler(folder);
  try {
    return await sampler.draw(options);
  } finally {
    await sampler.close();
  }
}

/** An exported model, ready to draw from again and again. */
export interface Sampler {
  readonly card: Card;
  draw(options: DrawOptions & { readonly first?: number }): Promise<NdArray>;
  close(): Promise<void>;
}

/** @throws GenError what `openFolder` throws */
export async function openSampler(folder: string): Promise<Sampler> {
  const model = await openFolder(folder);
  const session = await model.open("sampler.onnx");
  return {
    card: model.card,
    close: () => session.close(),
    async draw({ seed, n, ...how }) {
      const { samples } = await session.run({
        seed: ndarray([seed], [], "i64"),
        n: ndarray([n], [], "i64"),
        ...told(model.card, { n, ...how }),
      });
      if (samples !== undefined) return samples;
      throw new GenError("format", `${folder}/sampler.onnx: expected an output "samples", got none`, {
        fix: "export the model again",
      });
    },
  };
}
