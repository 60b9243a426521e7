/** @file The CPU of Node: ONNX Runtime in a worker thread, which keeps the state between runs. */
import { availableParallelism } from "node:os";
import type { Backend } from "../backend.js";
import { Runtime } from "../runtime.js";
import { CPU_SESSION, workerBackend } from "../worker-backend.js";
import { Thread } from "./thread.js";

export interface NodeOptions {
  /** Threads of one operator. @default all cores */
  readonly threads?: number;
}

/**
 * A runtime on the CPU, through `onnxruntime-node`.
 *
 * @throws GenError `device` if the package is not installed or has no binary for this platform
 */
export async function node({ threads = availableParallelism() }: NodeOptions = {}): Promise<Runtime> {
  return new Runtime(await nodeBackend({ threads }));
}

export async function nodeBackend({ threads = availableParallelism() }: NodeOptions = {}): Promise<Backend> {
  return workerBackend(new Thread(), {
    device: "cpu",
    loopsInside: true,
    target: "cpu",
    session: { ...CPU_SESSION, executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 },
  });
}
