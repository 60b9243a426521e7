/** @file The CPU of Node: ONNX Runtime in a worker thread, which keeps the state between runs. */
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { GenError } from "../../error.js";
import type { NdArray } from "../../ndarray.js";
import { encodeModel } from "../../onnx/proto.js";
import { lower } from "../../onnx/lower.js";
import type { Backend, Handle } from "../backend.js";
import { Runtime } from "../runtime.js";

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
  checkInstalled();
  const thread = new Thread();
  const options = {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
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
      const session = (await thread.ask("load", { bytes, options }, [bytes.buffer as ArrayBuffer])) as number;
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
          await thread.ask("unload", { session });
        },
      };
    },
    put: async (array) => ({ handle: (await thread.ask("put", { array })) as number }),
    get: async ({ handle }: Handle) => (await thread.ask("get", { handle })) as NdArray,
    free(handles) {
      if (handles.length > 0) void thread.ask("free", { handles: handles.map(({ handle }) => handle) }).catch(() => undefined);
    },
    close: () => thread.end(),
  };
}

/** A worker that answers each request once. It keeps the process alive only while it owes an answer. */
class Thread {
  readonly #worker = new Worker(new URL("./worker.mjs", import.meta.url), { name: "gen-runtime" });
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  #next = 0;
  #ended: GenError | undefined;

  constructor() {
    this.#worker.unref();
    this.#worker.on("message", ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
      const request = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#worker.unref();
      if (error === undefined) request?.resolve(result);
      else request?.reject(new GenError("device", `onnxruntime: ${error.trim()}`));
    });
    this.#worker.on("error", (cause) => this.#fail(new GenError("device", `onnxruntime: the worker stopped: ${cause.message}`, { cause })));
    this.#worker.on("exit", () => this.#fail(new GenError("device", "onnxruntime: expected an open runtime, got one that was closed")));
  }

  ask(kind: string, request: object, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, kind, ...request }, transfer);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: GenError): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function checkInstalled(): void {
  const require = createRequire(import.meta.url);
  try {
    require.resolve("onnxruntime-node");
  } catch (cause) {
    throw new GenError("device", "node: expected the package onnxruntime-node beside @gen/core, got none", {
      fix: "npm install onnxruntime-node",
      cause,
    });
  }
}
