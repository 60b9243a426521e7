import { readFile } from "node:fs/promises";
import { ndarray } from "@gen/core";
import { openModel } from "@gen/core/sample";
import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"

// in a page: await openModel("models/emoji-vq", ort)
const model = await openModel((file) => readFile(`public/models/emoji-vq/${file}`), ort);
const [n, flags] = [6, 8];
const label = ndarray(new Int32Array(n).fill(flags), [n], "i32");
const samples = await model.sample({ seed: 8, n, label }); // codes from the learned prior, decoded
await model.close();
export const result = samples; // [6, 3, 32, 32], intensities
