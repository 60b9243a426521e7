/** @file The CPU of Node by wasm: slower than native, and there on every platform (Alpine and Intel Macs have no binary). */
import { GenError } from "../../error.js";
import type { Backend } from "../backend.js";
import { CPU_SESSION, workerBackend } from "../worker-backend.js";
import { Thread } from "./thread.js";

/**
 * Wasm in a worker thread, through `onnxruntime-web`. It has one thread: more fail to start in Node.
 *
 * @throws GenError `device` if the package is not installed, `option` for more threads
 */
export function wasmBackend({ threads = 1 }: { threads?: number | undefined } = {}): Backend {
  if (threads !== 1) throw new GenError("option", `node: expected 1 thread on wasm, got ${threads}`);
  return workerBackend(new Thread("onnxruntime-web"), {
    device: "wasm",
    loopsInside: true,
    target: "cpu",
    session: { ...CPU_SESSION, executionProviders: ["wasm"] },
  });
}
