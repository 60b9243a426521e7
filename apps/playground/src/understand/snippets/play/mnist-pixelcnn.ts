import { readFile } from "node:fs/promises";
import { key, ndarray, split, uniformDraws, type NdArray } from "@gen/core";
import { openModel } from "@gen/core/sample";
import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"

// in a page: await openModel("models/mnist-pixelcnn", ort)
const model = await openModel((file) => readFile(`public/models/mnist-pixelcnn/${file}`), ort);
const pixels = new Float32Array(784);
for (let i = 0; i < pixels.length; i++) {
  const { params } = await model.run("network.onnx", { x: ndarray(pixels, [1, 1, 28, 28]) });
  const p = 1 / (1 + Math.exp(-Number(params!.data[i]))); // p(x_i = 1 | x_1, …, x_{i−1})
  const [u] = uniformDraws(split(key(1), i), 1);
  pixels[i] = Number(u! < p);
}
await model.close();
export const result: NdArray = ndarray(pixels, [1, 1, 28, 28]); // black or white
