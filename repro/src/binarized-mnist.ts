/** @file Rows of the fixed binarisation of MNIST as numbers, for what starts from them. */
import { key, ndarray, permutation, type NdArray } from "@gen/core";
import { binarizedMnist } from "@gen/data/node";

/** `n` random training rows, f32 [n, 1, 28, 28] of zeros and ones: where the pseudo-inputs of a VampPrior start. */
export async function pseudoInputs(n: number): Promise<NdArray> {
  const train = await binarizedMnist({ split: "train" });
  const chosen = Array.from(permutation(key(0), train.length).subarray(0, n));
  const { x } = await train.rows(chosen);
  return ndarray(
    Float32Array.from(x!.data as Uint8Array, (v) => v / 255),
    [n, 1, 28, 28],
  );
}
