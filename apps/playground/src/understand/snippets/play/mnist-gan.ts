import { readFile } from "node:fs/promises";
import { key, ndarray, normalDraws } from "@gen/core";
import { openModel } from "@gen/core/sample";
import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"

// in a page: await openModel("models/mnist-gan", ort)
const model = await openModel((file) => readFile(`public/models/mnist-gan/${file}`), ort);
const [n, most] = [12, 1.5]; // digits, and the truncation: |z| at most
const draws = normalDraws(key(1), 100 * n * 64).filter((z) => Math.abs(z) <= most);
const z = ndarray(draws.slice(0, n * 64), [n, 64]);
const { x } = await model.run("generator.onnx", { z }); // G(z)
await model.close();
export const result = x!; // [12, 1, 28, 28], intensities
