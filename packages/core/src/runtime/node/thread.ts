/** @file The other side of worker.mjs: requests out, answers in. */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { GenError } from "../../error.js";

/** A worker that answers each request once. It keeps the process alive only while it owes an answer. */
export class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  #next = 0;
  #ended: GenError | undefined;
  #ending = false;

  /** @throws GenError `device` without the package onnxruntime-node */
  constructor() {
    checkInstalled();
    // The flags of this process (loaders, --input-type) are not for it: it is plain JavaScript.
    this.#worker = new Worker(new URL("./worker.mjs", import.meta.url), { name: "gen-runtime", execArgv: [] });
    this.#worker.unref();
    this.#worker.on("message", ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
      const request = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0 && !this.#ending) this.#worker.unref();
      if (error === undefined) request?.resolve(result);
      else request?.reject(new GenError("device", `onnxruntime: ${error.trim()}`));
    });
    this.#worker.on("error", (cause) =>
      this.#fail(new GenError("device", `onnxruntime: the worker stopped: ${cause.message}`, { cause })),
    );
    this.#worker.on("exit", () =>
      this.#fail(new GenError("device", "onnxruntime: expected an open runtime, got one that was closed")),
    );
  }

  /** Sends a request to worker.mjs. Buffers in `transfer` are handed over, not copied. */
  ask(kind: string, request: object, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, kind, ...request }, transfer);
    });
  }

  /** Returns when the worker is gone. Answers still under way must not let the process end before that. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#worker.terminate();
  }

  #fail(error: GenError): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function checkInstalled(): void {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
  } catch (cause) {
    throw new GenError("device", "node: expected the package onnxruntime-node beside @gen/core, got none", {
      fix: "npm install onnxruntime-node",
      cause,
    });
  }
}
