/** @file The CPU of Node: ONNX Runtime in a worker thread, which keeps the state between runs. */
import { availableParallelism } from "node:os";
import type { NdArray } from "../../ndarray.js";
import { encodeModel } from "../../onnx/proto.js";
import { lower } from "../../onnx/lower.js";
import type { Backend, Handle } from "../backend.js";
import { Runtime } from "../runtime.js";
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
  const thread = new Thread();
  const options = {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // What the higher levels fuse is slower in a training step: 6.6 ms against 5.0 for the VAE 784-400-20 of bench/.
    graphOptimizationLevel: "basic",
    logSeverityLevel: 3,
    // Graphs come interned; to merge equal nodes once more would undo a barrier.
    extra: {
      session: { set_denormal_as_zero: "1" },
      optimization: { disable_specified_optimizers: "CommonSubexpressionElimination" },
    },
  };
  return {
    device: "cpu",
    loopsInside: true,
    async compile(graph) {
      const bytes = encodeModel(lower(graph, { target: "cpu" }));
      const session = (await thread.ask("load", { bytes, options }, [bytes.buffer])) as number;
      return {
        async run(inputs, keep) {
          const { kept, returned } = (await thread.ask("run", { session, inputs, keep })) as {
            kept: Record<string, number>;
            returned: Record<string, NdArray>;
          };
          const handles = Object.entries(kept).map(([name, handle]) => [name, { handle }] as const);
          return { kept: Object.fromEntries(handles), returned };
        },
        async release() {
          await thread.ask("unload", { session }).catch(() => undefined); // a closed runtime has released everything
        },
      };
    },
    put: async (array) => ({ handle: (await thread.ask("put", { array })) as number }),
    get: async ({ handle }: Handle) => (await thread.ask("get", { handle })) as NdArray,
    free(handles) {
      if (handles.length > 0)
        void thread.ask("free", { handles: handles.map(({ handle }) => handle) }).catch(() => undefined);
    },
    close: () => thread.end(),
  };
}
