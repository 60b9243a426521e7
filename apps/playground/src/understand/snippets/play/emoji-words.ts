import { readFile } from "node:fs/promises";
import { key, ndarray, normalDraws, type NdArray } from "@gen/core";
import { openModel } from "@gen/core/sample";
import { wordNumbers } from "@gen/data";
import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"

// in a page: await openModel("models/emoji-words", ort)
const model = await openModel((file) => readFile(`public/models/emoji-words/${file}`), ort);
const [n, steps, guidance] = [2, 12, 3];
const { words: vocabulary } = model.card.recipe as { readonly words: readonly string[] };
const words = wordNumbers([...new Array<string>(n).fill("red heart"), ...new Array<string>(n).fill("")], {
  vocabulary,
  length: 6,
});
const label = ndarray(new Int32Array(2 * n).fill(9), [2 * n], "i32"); // no group
const sigmas = Array.from({ length: steps }, (_, i) => 80 * (0.02 / 80) ** (i / (steps - 1)));
let x = Float32Array.from(normalDraws(key(1), n * 4096), (v) => v * sigmas[0]!); // noise
for (const [i, sigma] of sigmas.entries()) {
  const twice = ndarray([...x, ...x], [2 * n, 4, 32, 32]);
  const levels = ndarray(new Float32Array(2 * n).fill(sigma), [2 * n]);
  const { denoised } = await model.run("network.onnx", { x: twice, sigma: levels, label, words });
  const [told, free] = [denoised!.data.slice(0, x.length), denoised!.data.slice(x.length)] as Float32Array[];
  const guess = free!.map((v, k) => v + guidance * (told![k]! - v)); // x̂ + w (x̂(words) − x̂)
  const next = sigmas[i + 1] ?? 0;
  x = x.map((v, k) => guess[k]! + (next / sigma) * (v - guess[k]!));
}
await model.close();
export const result: NdArray = ndarray(x, [n, 4, 32, 32]); // red, green, blue and opacity, in [−1, 1]
