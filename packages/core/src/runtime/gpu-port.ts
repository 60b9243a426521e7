/** @file What ONNX Runtime says about a GPU, in words that help. */
import { GenError, messageOf } from "../error.js";
import type { WorkerPort } from "./worker-backend.js";

/** A port whose errors say what to do. @param explain what else is known about errors where it leads */
export function gpuPort(port: WorkerPort, explain: (error: unknown) => unknown = explained): WorkerPort {
  return {
    ask: (kind, request, transfer) =>
      port.ask(kind, request, transfer).catch((error: unknown) => {
        throw explain(error);
      }),
    end: () => port.end(),
  };
}

export function explained(error: unknown): unknown {
  const message = messageOf(error);
  if (/\b(lost|destroyed)\b/i.test(message)) {
    return new GenError("device", "webgpu: the GPU was lost; what was on it is gone", {
      fix: "open a new runtime and load the last checkpoint",
      cause: error,
    });
  }
  if (/fallback to CPU EP/i.test(message)) {
    return new GenError("device", "webgpu: expected a kernel for every operator, got some without", {
      fix: 'run this program on the CPU ({ device: "cpu" }, or "wasm" in a browser), and please report it',
      cause: error,
    });
  }
  return error;
}
