/** @file The shipped models, run in a worker. It starts when a model is first opened; models are closed, it stays. */
import { GenError, type Card, type Input, type NdArray } from "@gen/core/sample";
import type { ModelName } from "../../shipped/models.js";
import type { Answer, Fetched, Problem, Request } from "./protocol.js";

/** A shipped model that is ready. */
export interface OpenModel {
  readonly card: Card;
  /** Runs one of its files, such as "decode.onnx". Runs wait for one another. */
  run(file: string, inputs: Readonly<Record<string, Input>>): Promise<Record<string, NdArray>>;
  close(): void;
}

type Unnumbered = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

interface Waiting {
  readonly done: (answer: Answer) => void;
  readonly fail: (error: Error) => void;
  readonly onProgress?: ((fetched: Fetched) => void) | undefined;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | undefined;
let [requests, models] = [0, 0];

/** @throws GenError `file` if it cannot be fetched, `hash` if it is not what its card says */
export async function openShipped(name: ModelName, onProgress: (fetched: Fetched) => void): Promise<OpenModel> {
  const model = models++;
  const url = new URL(`models/${name}`, document.baseURI).href;
  const threads = window.crossOriginIsolated ? Math.min(4, Math.ceil(navigator.hardwareConcurrency / 2)) : 1;
  const answer = await ask({ do: "open", model, url, threads }, onProgress);
  if (answer.is !== "card") throw new GenError("internal", `models: expected a card, got ${answer.is}`);
  return {
    card: answer.card,
    run: async (file, inputs) => {
      const answer = await ask({ do: "run", model, file, inputs });
      return answer.is === "outputs" ? answer.outputs : {};
    },
    close: () => void ask({ do: "close", model }).catch(() => undefined),
  };
}

function ask(request: Unnumbered, onProgress?: (fetched: Fetched) => void): Promise<Answer> {
  worker ??= started();
  const id = requests++;
  return new Promise((done, fail) => {
    waiting.set(id, { done, fail, onProgress });
    worker!.postMessage({ ...request, id });
  });
}

function started(): Worker {
  const made = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "gen-models" });
  made.onmessage = ({ data }: MessageEvent<Answer>) => {
    const asked = waiting.get(data.id);
    if (data.is === "progress") return asked?.onProgress?.(data.fetched);
    waiting.delete(data.id);
    if (data.is === "problem") asked?.fail(errorOf(data.problem));
    else asked?.done(data);
  };
  made.onerror = (event) => {
    event.preventDefault();
    made.terminate();
    worker = undefined;
    const reason = event.message || "its script could not be fetched";
    const error = new GenError("device", `the worker that runs models stopped: ${reason}`, { fix: "try again" });
    for (const { fail } of waiting.values()) fail(error);
    waiting.clear();
  };
  return made;
}

function errorOf({ message, code, fix }: Problem): Error {
  return new GenError((code ?? "device") as GenError["code"], message, fix === undefined ? {} : { fix });
}
