/** @file ONNX files on the CPU of Node: what an export is checked with, and how an exported model is used again. */
import { GenError } from "../../error.js";
import type { DType } from "../../dtype.js";
import type { NdArray } from "../../ndarray.js";
import { Thread } from "./thread.js";

/** An input or an output of an ONNX file. */
export interface OnnxPort {
  readonly name: string;
  /** Nothing for a type that has no name of ours. */
  readonly dtype: DType | undefined;
  /** Extents that are free have names. */
  readonly shape: readonly (number | string)[];
}

/** An ONNX file made ready to run. */
export interface OnnxSession {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  run(inputs: Readonly<Record<string, NdArray>>): Promise<Record<string, NdArray>>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** What errors call it. */
  readonly file: string;
  /** Threads of one operator. @default 1 */
  readonly threads?: number;
  /** A worker that is shared with other sessions, and that whoever made it ends. @default one of its own */
  readonly thread?: Thread;
}

/**
 * Opens an ONNX file in a worker thread, with nothing of ours between it and ONNX Runtime.
 *
 * @throws GenError `format` if ONNX Runtime refuses it
 */
export async function openSession(
  bytes: Uint8Array,
  { file, threads = 1, thread: shared }: SessionOptions,
): Promise<OnnxSession> {
  const thread = shared ?? new Thread();
  const options = { executionProviders: ["cpu"], intraOpNumThreads: threads, logSeverityLevel: 3 };
  try {
    const model = await thread.ask("load", { bytes, options });
    const ports = (await thread.ask("ports", { model })) as Pick<OnnxSession, "inputs" | "outputs">;
    return {
      ...ports,
      run: async (inputs) => {
        const { returned } = (await thread.ask("run", { model, inputs, keep: new Set() })) as {
          returned: Record<string, NdArray>;
        };
        return returned;
      },
      async close() {
        if (shared === undefined) await thread.end();
        else await thread.ask("unload", { model });
      },
    };
  } catch (cause) {
    if (shared === undefined) await thread.end();
    const reason = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new GenError("format", `${file}: expected an ONNX model, got ${reason}`, {
      fix: "export the model again",
      cause,
    });
  }
}
