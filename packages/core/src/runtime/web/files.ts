/** @file ONNX files in a page: what an export is checked with there, and how an exported model is used again. */
import { GenError, messageOf } from "../../error.js";
import type { NdArray } from "../../ndarray.js";
import { start, type WebOptions } from "./backend.js";

/** An ONNX file made ready to run. */
export interface WebFile {
  run(inputs: Readonly<Record<string, NdArray>>): Promise<Record<string, NdArray>>;
  /** Lets go of the file; the worker goes on. */
  close(): Promise<void>;
}

/** A worker that runs ONNX files; it fits where `exportFiles` wants a checker. */
export interface WebFiles {
  readonly provider: "wasm";
  /** @throws GenError `format` if ONNX Runtime refuses the file */
  open(bytes: Uint8Array): Promise<WebFile>;
  /** Ends the worker, and with it every file. */
  close(): Promise<void>;
}

/**
 * Starts a worker that runs ONNX files on wasm, with nothing of ours between them and ONNX Runtime.
 *
 * @throws GenError `device` where wasm does not start
 */
export async function webFiles(options: Omit<WebOptions, "device"> = {}): Promise<WebFiles> {
  const port = await start("wasm", options);
  const session = { executionProviders: ["wasm"], logSeverityLevel: 3 };
  return {
    provider: "wasm",
    async open(bytes) {
      const model = await port.ask("load", { bytes, options: session }).catch((cause: unknown) => {
        throw new GenError("format", `expected an ONNX model, got ${messageOf(cause).split("\n")[0]!}`, {
          fix: "export the model again",
          cause,
        });
      });
      return {
        async run(inputs) {
          const { returned } = (await port.ask("run", { model, inputs, keep: new Set() })) as {
            returned: Record<string, NdArray>;
          };
          return returned;
        },
        async close() {
          await port.ask("unload", { model });
        },
      };
    },
    close: () => port.end(),
  };
}
