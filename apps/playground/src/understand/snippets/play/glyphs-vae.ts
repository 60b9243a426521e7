import { readFile } from "node:fs/promises";
import { key, ndarray, normalDraws } from "@gen/core";
import { openModel } from "@gen/core/sample";
import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"

// in a page: await openModel("models/glyphs-vae", ort)
const model = await openModel((file) => readFile(`public/models/glyphs-vae/${file}`), ort);
const text = "Type";
const classes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const label = Int32Array.from(text, (letter) => classes.indexOf(letter));
const style = normalDraws(key(7), 12); // z ~ N(0, I): one typeface for all letters
const z = Array.from(text).flatMap(() => [...style]);
const { x } = await model.run("decode.onnx", {
  z: ndarray(z, [text.length, 12]),
  label: ndarray(label, [text.length], "i32"),
});
await model.close();
export const result = x!; // [4, 1, 28, 28], the probability of ink of each pixel
