/** @file A page's worker, and how it is found: beside this module, in what a bundler made of it, or at a given address. */
import { GenError } from "../../error.js";
import { Mailbox, type Answer } from "../mailbox.js";
import type { WorkerPort } from "../worker-backend.js";

/** What is used of the global `Worker`, which is there in pages and in workers. */
interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): void;
  onmessage: ((event: { data: Answer }) => void) | null;
  onerror: ((event: { message?: string; preventDefault?: () => void }) => void) | null;
}
declare const Worker: new (address: URL | string, options: { type: "module"; name: string }) => WorkerLike;

export interface PageWorkerOptions {
  readonly device: "wasm" | "webgpu";
  readonly worker: string | URL | undefined;
  /** Address of ONNX Runtime, for a worker that is not bundled. */
  readonly ort: string | undefined;
}

/** A worker that answers each request once. */
export class PageWorker implements WorkerPort {
  readonly #worker: WorkerLike;
  readonly #mailbox = new Mailbox();
  #hasStarted = false;

  /** @throws GenError `device` where there are no workers */
  constructor(options: PageWorkerOptions) {
    if (typeof Worker === "undefined") {
      throw new GenError("device", "web: expected a page or a worker of one, got a place without Worker", {
        fix: "in Node, use node() of @gen/core/node",
      });
    }
    this.#worker = open(options);
    this.#worker.onmessage = ({ data }) => {
      this.#hasStarted = true;
      this.#mailbox.answer(data);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault?.();
      const reason = event.message ?? "its script could not be loaded";
      this.#mailbox.fail(
        new GenError("device", `web: the worker stopped: ${reason}`, {
          fix: this.#hasStarted
            ? "open a new runtime and load the last checkpoint"
            : "see that its file is served, or build it and pass { worker: address }",
        }),
      );
    };
  }

  ask(kind: string, request: object, transfer: ArrayBuffer[] = []): Promise<unknown> {
    return this.#mailbox.ask((id) => this.#worker.postMessage({ id, kind, ...request }, transfer));
  }

  end(): Promise<void> {
    this.#worker.terminate();
    this.#mailbox.fail(new GenError("device", "web: expected an open runtime, got one that was closed"));
    return Promise.resolve();
  }
}

/** Each address stands whole inside `new Worker(…)`: that is what bundlers look for. */
function open({ device, worker, ort }: PageWorkerOptions): WorkerLike {
  if (worker !== undefined) return new Worker(worker, { type: "module", name: "gen-runtime" });
  if (ort !== undefined)
    return new Worker(new URL("./bare-worker.mjs", import.meta.url), { type: "module", name: "gen-runtime" });
  return device === "wasm"
    ? new Worker(new URL("./wasm-worker.mjs", import.meta.url), { type: "module", name: "gen-runtime" })
    : new Worker(new URL("./webgpu-worker.mjs", import.meta.url), { type: "module", name: "gen-runtime" });
}
