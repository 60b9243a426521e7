/** @file The other side of worker.mjs: a thread that runs an ONNX Runtime. */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { GenError } from "../../error.js";
import { Mailbox, type Answer } from "../mailbox.js";
import type { WorkerPort } from "../worker-backend.js";

/** The packages that bring an ONNX Runtime: native, or as wasm where there is no binary. */
export type Engine = "onnxruntime-node" | "onnxruntime-web";

/** What `gpu-memory.mjs` needs to keep arrays on a GPU. */
export interface GpuSettings {
  readonly copies: Readonly<Record<string, Uint8Array>>;
  readonly session: object;
}

/** A worker that answers each request once. It keeps the process alive only while it owes an answer. */
export class Thread implements WorkerPort {
  readonly #worker: Worker;
  readonly #mailbox = new Mailbox();
  #ending = false;

  /** @throws GenError `device` without the package */
  constructor(engine: Engine = "onnxruntime-node", gpu?: GpuSettings) {
    checkInstalled(engine);
    // The flags of this process (loaders, --input-type) are not for it: it is plain JavaScript.
    this.#worker = new Worker(new URL("./worker.mjs", import.meta.url), {
      name: "gen-runtime",
      execArgv: [],
      workerData: { engine, gpu },
    });
    this.#worker.unref();
    this.#worker.on("message", (answer: Answer) => {
      this.#mailbox.answer(answer);
      if (this.#mailbox.isEmpty && !this.#ending) this.#worker.unref();
    });
    this.#worker.on("error", (cause) =>
      this.#mailbox.fail(
        new GenError("device", `onnxruntime: the worker stopped: ${cause.message}`, {
          fix: engine === "onnxruntime-node" && isMissing(cause) ? NO_BINARY : GO_ON,
          cause,
        }),
      ),
    );
    this.#worker.on("exit", (code) =>
      this.#mailbox.fail(
        this.#ending
          ? new GenError("device", "onnxruntime: expected an open runtime, got one that was closed")
          : new GenError(
              "device",
              `onnxruntime: the worker stopped by itself, with code ${code}; what it held is gone`,
              {
                fix: GO_ON,
              },
            ),
      ),
    );
  }

  ask(kind: string, request: object, transfer: ArrayBuffer[] = []): Promise<unknown> {
    return this.#mailbox.ask((id) => {
      this.#worker.ref();
      this.#worker.postMessage({ id, kind, ...request }, transfer);
    });
  }

  /** Returns when the worker is gone. Answers still under way must not let the process end before that. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.ask("end", {}).catch(() => undefined); // what is under way comes to its end
    await this.#worker.terminate();
  }
}

const GO_ON = "open a new runtime and load the last checkpoint";
const NO_BINARY =
  'onnxruntime-node has no binary for this platform: npm install onnxruntime-web, and ask for node({ device: "wasm" })';

function isMissing(cause: unknown): boolean {
  return ["MODULE_NOT_FOUND", "ERR_DLOPEN_FAILED"].includes((cause as { code?: string }).code ?? "");
}

function checkInstalled(engine: Engine): void {
  try {
    createRequire(import.meta.url).resolve(engine);
  } catch (cause) {
    throw new GenError("device", `node: expected the package ${engine} beside @gen/core, got none`, {
      fix: `npm install ${engine}`,
      cause,
    });
  }
}
