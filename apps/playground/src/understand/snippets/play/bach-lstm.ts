import { readFile } from "node:fs/promises";
import { ndarray } from "@gen/core";
import { openModel } from "@gen/core/sample";
import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"

// in a page: await openModel("models/bach-lstm", ort)
const model = await openModel((file) => readFile(`public/models/bach-lstm/${file}`), ort);
const [steps, pitches, lowest] = [64, 64, 38]; // quarters, and MIDI pitches from the lowest on
const { continued } = await model.run("continue.onnx", {
  x: ndarray(new Float32Array(steps * pitches), [1, steps, pitches]),
  known: ndarray([0], [1], "i32"), // nothing is given: all of it is written
  seed: 6,
});
await model.close();
const roll = continued!.data as Float32Array;
export const chords = Array.from({ length: steps }, (_, step) =>
  Array.from({ length: pitches }, (_, i) => lowest + i).filter((_, i) => roll[step * pitches + i] === 1),
);
export const result = continued!; // [1, 64, 64], 1 where a pitch sounds
