/** @file The committed weights: `weights/<id>.safetensors`. */
import { decodeSafetensors, encodeSafetensors, type NdArray } from "@gen/core";
import { readBytes, writeAtomic } from "@gen/core/node";
import { weightsFile } from "./results.js";

/** Parameters by path. */
export type Weights = Readonly<Record<string, NdArray>>;

export async function writeWeights(id: string, weights: Weights): Promise<void> {
  await writeAtomic(weightsFile(id), encodeSafetensors(weights));
}

/** @throws GenError `file` or `format` naming the file */
export async function readWeights(id: string): Promise<Weights> {
  const file = weightsFile(id);
  return decodeSafetensors(await readBytes(file), { file }).tensors;
}
