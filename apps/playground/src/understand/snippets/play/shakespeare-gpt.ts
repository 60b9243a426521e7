import { readFile } from "node:fs/promises";
import { draw, distributionOf, samplingOf } from "@gen/autoregressive";
import { key, ndarray, split, uniformDraws } from "@gen/core";
import { openModel } from "@gen/core/sample";
import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"

// in a page: await openModel("models/shakespeare-gpt", ort)
const model = await openModel((file) => readFile(`public/models/shakespeare-gpt/${file}`), ort);
const characters = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const sampling = samplingOf({ temperature: 0.8 }); // topK, topP and the others go here, too
let text = "ROMEO:";
for (let i = 0; i < 60; i++) {
  const seen = Int32Array.from(text.slice(-64), (c) => characters.indexOf(c)); // its context is 64 characters
  const { logits } = await model.run("network.onnx", { tokens: ndarray(seen, [1, seen.length], "i32") });
  const last = Float64Array.from(logits!.data.slice(-characters.length), Number);
  const [u] = uniformDraws(split(key(3), i), 1);
  text += characters[draw(distributionOf(last, sampling), u!)]!;
}
await model.close();
export const result = text;
