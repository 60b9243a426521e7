/** @file A page's worker for WebGPU whose device is taken away at its sixth run. */
import * as ort from "onnxruntime-web/webgpu";
import { listen } from "../../src/runtime/web/listen.mjs";

listen(() => ort);

const scope = /** @type {any} */ (globalThis); // named as one: to assign to globalThis itself would declare a type
const answer = scope.onmessage;
let runs = 0;
scope.onmessage = async (event) => {
  if (event.data.kind === "run" && ++runs === 6) (await ort.env.webgpu.device).destroy();
  return answer(event);
};
