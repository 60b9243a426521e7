/** @file The CPU of Node: ONNX Runtime in a worker thread, which keeps the state between runs. */
import { availableParallelism } from "node:os";
import type { Backend } from "../backend.js";
import { CPU_SESSION, workerBackend } from "../worker-backend.js";
import { Thread } from "./thread.js";

/**
 * The CPU, through `onnxruntime-node`.
 *
 * @throws GenError `device` if the package is not installed
 */
export function cpuBackend({ threads = availableParallelism() }: { threads?: number | undefined } = {}): Backend {
  return workerBackend(new Thread("onnxruntime-node"), {
    device: "cpu",
    loopsInside: true,
    target: "cpu",
    session: { ...CPU_SESSION, executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 },
  });
}
