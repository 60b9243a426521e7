// @ts-check
/** @file What the workers of a page have in common: the first message starts ONNX Runtime, the others are requests. */
import { hostMemory, serve } from "../serve.mjs";
import { gpuMemory } from "./gpu-memory.mjs";

/**
 * @typedef {object} Start
 * @property {string} [ort] Address of the module of ONNX Runtime, where the worker does not bring one.
 * @property {boolean} gpu Whether arrays last on the GPU.
 * @property {object} wasm Settings of the wasm build.
 * @property {{ bytes: Uint8Array, options: object }} probe A small model: whether it loads says whether the device is there.
 */

/**
 * Answers the messages of this worker. Called while the worker's script runs, so that no message is missed.
 *
 * @param {(address: string | undefined) => any} load Gives the module of ONNX Runtime.
 */
export function listen(load) {
  /** @type {ReturnType<typeof serve>} */
  let answer;
  const scope = /** @type {any} */ (globalThis);
  // A bundled ONNX Runtime starts its threads from this same script, and names them; their messages are its own.
  if (String(scope.name).startsWith("em-pthread")) return;
  scope.onmessage = async (/** @type {{ data: any }} */ { data }) => {
    if (data.kind !== "start") return scope.postMessage(...(await answer(data)));
    const started = start(load, data);
    answer = async (message) => (await started)(message);
    try {
      await started;
      scope.postMessage({ id: data.id });
    } catch (error) {
      scope.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** @param {(address: string | undefined) => any} load @param {Start} settings */
async function start(load, { ort: address, gpu, wasm, probe }) {
  /** @type {import("../serve.mjs").Ort} */
  const ort = await load(address);
  ort.env.logLevel = "error";
  Object.assign(ort.env.wasm, wasm);
  await ort.InferenceSession.create(probe.bytes, probe.options); // kept: the GPU's device is its
  return serve(ort, gpu ? gpuMemory(ort, await ort.env.webgpu.device) : hostMemory(ort));
}
