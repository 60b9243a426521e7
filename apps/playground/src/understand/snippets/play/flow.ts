import { readFile } from "node:fs/promises";
import { key, ndarray, normalDraws } from "@gen/core";
import { openModel } from "@gen/core/sample";
import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"

// in a page: await openModel("models/checkerboard-flow", ort)
const model = await openModel((file) => readFile(`public/models/checkerboard-flow/${file}`), ort);
const n = 1500;
const z = ndarray(normalDraws(key(1), 2 * n), [n, 2]); // noise
const { x } = await model.run("decode.onnx", { z }); // z to data
const { z: back, logprob } = await model.run("network.onnx", { x: x! }); // and back, with log p(x) exactly
await model.close();
const nats = Array.from(logprob!.data, Number);
export const entropy = -nats.reduce((sum, v) => sum + v, 0) / n; // of the density that was learned, in nats
export const farthest = Math.max(...Array.from(z.data, (v, i) => Math.abs(v - Number(back!.data[i]))));
export const result = x!; // [1500, 2]
