/** @file A worker that runs shipped models on one device: started when it is first asked, and again after its end. */
import { GenError } from "@gen/core/sample";
import type { Answer, Fetched, Lost, Problem, Request } from "./protocol.js";

export const DEVICES = ["wasm", "webgpu"] as const;
export type Device = (typeof DEVICES)[number];

type Unnumbered = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

interface Waiting {
  readonly done: (answer: Answer) => void;
  readonly fail: (error: Error) => void;
  readonly onProgress?: ((fetched: Fetched) => void) | undefined;
}

/** Each address stands whole inside `new Worker(…)`: that is what the bundler looks for. */
const SCRIPTS: Readonly<Record<Device, () => Worker>> = {
  wasm: () => new Worker(new URL("./on-wasm.ts", import.meta.url), { type: "module", name: "gen-models" }),
  webgpu: () => new Worker(new URL("./on-webgpu.ts", import.meta.url), { type: "module", name: "gen-models" }),
};

export class Home {
  readonly device: Device;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onWork: () => void;
  #worker: Worker | undefined;
  /** Why nothing can be asked of the worker any more, until its end. */
  #lost: GenError | undefined;
  #requests = 0;

  /** @param onWork called when it begins to work, and when it ends */
  constructor(device: Device, onWork: () => void) {
    this.device = device;
    this.#onWork = onWork;
  }

  /** Whether it was asked for something that it has not answered. */
  get isWorking(): boolean {
    return this.#waiting.size > 0;
  }

  /** The worker that answers now, if one does: another one knows no models of this. */
  get worker(): Worker | undefined {
    return this.#worker;
  }

  ask(request: Unnumbered, onProgress?: (fetched: Fetched) => void): Promise<Answer> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    this.#worker ??= this.#started();
    const id = this.#requests++;
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done, fail, onProgress });
      this.#onWork();
      this.#worker!.postMessage({ ...request, id });
    });
  }

  /** Ends the worker, and with this error whatever it was asked for. */
  end(error: Error): void {
    this.#worker?.terminate();
    this.#worker = this.#lost = undefined;
    this.#fail(error);
  }

  #fail(error: Error): void {
    for (const { fail } of this.#waiting.values()) fail(error);
    this.#waiting.clear();
    this.#onWork();
  }

  #started(): Worker {
    const made = SCRIPTS[this.device]();
    made.onmessage = ({ data }: MessageEvent<Answer | Lost>) => {
      if (data.is === "lost") {
        this.#lost = new GenError("device", "the browser lost the graphics card");
        this.#fail(this.#lost);
        return;
      }
      const asked = this.#waiting.get(data.id);
      if (data.is === "progress") return asked?.onProgress?.(data.fetched);
      this.#waiting.delete(data.id);
      if (data.is === "problem") asked?.fail(errorOf(data.problem));
      else asked?.done(data);
      this.#onWork();
    };
    made.onerror = (event) => {
      event.preventDefault();
      const reason = event.message || "its script could not be fetched";
      this.end(new GenError("device", `the worker that runs models stopped: ${reason}`, { fix: "try again" }));
    };
    return made;
  }
}

function errorOf({ message, code, fix }: Problem): Error {
  return new GenError((code ?? "device") as GenError["code"], message, fix === undefined ? {} : { fix });
}
