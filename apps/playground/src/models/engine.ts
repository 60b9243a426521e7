/**
 * @file The shipped models, run in a worker. It starts when a model is first opened; models are closed, it stays, unless what it
 * does is to be stopped: then it ends, and the next run starts another.
 */
import { GenError, type Card, type Input, type NdArray } from "@gen/core/sample";
import type { ModelName } from "../../shipped/models.js";
import type { Answer, Fetched, Problem, Request } from "./protocol.js";

/** A shipped model that is ready. */
export interface OpenModel {
  readonly name: ModelName;
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

/** @throws GenError `file` if it cannot be fetched, `hash` if it is not what its card says, or {@link STOPPED} */
export async function openShipped(name: ModelName, onProgress: (fetched: Fetched) => void): Promise<OpenModel> {
  const model = models++;
  const url = new URL(`models/${name}`, document.baseURI).href;
  const threads = window.crossOriginIsolated ? Math.min(4, Math.ceil(navigator.hardwareConcurrency / 2)) : 1;
  const open = async (): Promise<Card> => {
    const answer = await ask({ do: "open", model, url, threads }, onProgress);
    if (answer.is !== "card") throw new GenError("internal", `models: expected a card, got ${answer.is}`);
    return answer.card;
  };
  let opening = open();
  let home = worker;
  return {
    name,
    card: await opening,
    run: async (file, inputs) => {
      if (worker === undefined || worker !== home) {
        opening = open();
        home = worker;
      }
      await opening;
      const answer = await ask({ do: "run", model, file, inputs });
      return answer.is === "outputs" ? answer.outputs : {};
    },
    close: () => {
      if (worker !== undefined && worker === home) void ask({ do: "close", model }).catch(() => undefined);
    },
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

/** What a download or a run that was stopped fails with. */
export const STOPPED = new DOMException("stopped", "AbortError");

/** Ends whatever is fetched or run for a model. */
export function stopAll(): void {
  end(STOPPED);
}

function end(error: Error): void {
  worker?.terminate();
  worker = undefined;
  for (const { fail } of waiting.values()) fail(error);
  waiting.clear();
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
    const reason = event.message || "its script could not be fetched";
    end(new GenError("device", `the worker that runs models stopped: ${reason}`, { fix: "try again" }));
  };
  return made;
}

function errorOf({ message, code, fix }: Problem): Error {
  return new GenError((code ?? "device") as GenError["code"], message, fix === undefined ? {} : { fix });
}
