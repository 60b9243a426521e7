import { readFile } from "node:fs/promises";
import { key, ndarray, normalDraws, type NdArray } from "@gen/core";
import { openModel } from "@gen/core/sample";
import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"

// in a page: await openModel("models/mnist-diffusion", ort)
const model = await openModel((file) => readFile(`public/models/mnist-diffusion/${file}`), ort);
const [n, steps, guidance, digit, none] = [3, 16, 2, 3, 10];
const label = ndarray(new Int32Array(2 * n).fill(digit).fill(none, n), [2 * n], "i32"); // with the digit, and without
const sigmas = Array.from({ length: steps }, (_, i) => 80 * (0.02 / 80) ** (i / (steps - 1)));
let x = Float32Array.from(normalDraws(key(1), n * 784), (v) => v * sigmas[0]!); // noise
for (const [i, sigma] of sigmas.entries()) {
  const twice = ndarray([...x, ...x], [2 * n, 1, 28, 28]);
  const levels = ndarray(new Float32Array(2 * n).fill(sigma), [2 * n]);
  const { denoised } = await model.run("network.onnx", { x: twice, sigma: levels, label });
  const [told, free] = [denoised!.data.slice(0, x.length), denoised!.data.slice(x.length)] as Float32Array[];
  const guess = free!.map((v, k) => v + guidance * (told![k]! - v)); // x̂, guided
  const next = sigmas[i + 1] ?? 0;
  x = x.map((v, k) => guess[k]! + (next / sigma) * (v - guess[k]!)); // x ← x̂ + σ′ (x − x̂)/σ
}
await model.close();
export const result: NdArray = ndarray(x, [n, 1, 28, 28]); // in [−1, 1]
