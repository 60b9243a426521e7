/// <reference lib="webworker" />
/** @file What the workers that run shipped models do: fetch ONNX Runtime and a model, then answer one run after the other. */
import type * as Ort from "onnxruntime-web/wasm";
import { isGenError, openModel, type SampleModel } from "@gen/core/sample";
import { partsOf } from "../shell/explained.js";
import { fetchNewest, Tally } from "./fetch.js";
import type { Answer, Lost, Problem, Request } from "./protocol.js";

declare const self: DedicatedWorkerGlobalScope;

/** ONNX Runtime as a module, its .wasm file, and who is to compute. */
export interface Engine {
  readonly ort: typeof Ort;
  readonly wasm: { readonly url: string; readonly bytes: number };
  readonly provider: "wasm" | "webgpu";
}

/** Answers the messages of this worker. ONNX Runtime starts its threads from the same script, and names them: their messages are its own. */
export function serve(engine: Engine): void {
  if (self.name.startsWith("em-pthread")) return;
  const models = new Models(engine);
  self.onmessage = ({ data }: MessageEvent<Request>) => {
    void models.answer(data).catch((error: unknown) => post({ id: data.id, is: "problem", problem: problemOf(error) }));
  };
}

class Models {
  readonly #engine: Engine;
  readonly #models = new Map<number, Promise<SampleModel>>();
  #starting: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async answer(request: Request): Promise<void> {
    const { id, model } = request;
    switch (request.do) {
      case "open": {
        const tally = new Tally((fetched) => post({ id, is: "progress", fetched }));
        const opening = this.#open(request, tally);
        this.#models.set(model, opening);
        opening.catch(() => this.#models.delete(model));
        post({ id, is: "card", card: (await opening).card, isKept: tally.isKept });
        return;
      }
      case "run": {
        const outputs = await this.#inTurn(async () =>
          (await this.#models.get(model)!).run(request.file, request.inputs),
        );
        post({ id, is: "outputs", outputs }, buffersOf(outputs));
        return;
      }
      case "close": {
        const open = this.#models.get(model);
        this.#models.delete(model);
        await this.#inTurn(async () => (await open)?.close());
        post({ id, is: "done" });
      }
    }
  }

  /** ONNX Runtime makes and runs one session at a time: two that are made at once may lose each other's memory. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(task);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** The engine if it is not there yet, the card, and the files that the card names. */
  async #open({ url, threads }: Extract<Request, { do: "open" }>, tally: Tally): Promise<SampleModel> {
    const starting = this.#start(threads, tally);
    const cardBytes = await fetchNewest(`${url}/card.json`);
    const { files } = JSON.parse(new TextDecoder().decode(cardBytes)) as {
      files: Record<string, { bytes: number; sha256: string }>;
    };
    const bytes = new Map<string, Promise<Uint8Array>>(
      Object.entries(files).map(([name, { bytes, sha256 }]) => [
        name,
        tally.fetch(`${url}/${name}?${sha256.slice(0, 16)}`, bytes),
      ]),
    );
    await Promise.all([starting, ...bytes.values()]);
    const { ort } = this.#engine;
    return openModel((name) => (name === "card.json" ? Promise.resolve(cardBytes) : bytes.get(name)!), {
      Tensor: ort.Tensor,
      InferenceSession: { create: (file) => this.#session(file) },
    });
  }

  async #session(file: Uint8Array): Promise<Ort.InferenceSession> {
    const { ort, provider } = this.#engine;
    const session = await ort.InferenceSession.create(file, { executionProviders: [provider], logSeverityLevel: 3 });
    if (provider === "webgpu") watch(await ort.env.webgpu.device);
    return session;
  }

  #start(threads: number, tally: Tally): Promise<void> {
    const { ort, wasm } = this.#engine;
    this.#starting ??= tally.fetch(wasm.url, wasm.bytes).then((bytes) => {
      ort.env.logLevel = "error";
      ort.env.wasm.numThreads = threads;
      ort.env.wasm.wasmBinary = bytes.buffer;
    });
    this.#starting.catch(() => (this.#starting = undefined));
    return this.#starting;
  }
}

/** What is used of a GPUDevice. */
interface GpuDevice {
  readonly lost: Promise<{ readonly reason: string }>;
}

const watched = new WeakSet<GpuDevice>();

/** Tells when a device is lost, which may leave runs on it without an end. One that ONNX Runtime lets go of is not lost. */
function watch(device: GpuDevice): void {
  if (watched.has(device)) return;
  watched.add(device);
  void device.lost.then(({ reason }) => {
    if (reason !== "destroyed") post({ is: "lost" });
  });
}

function buffersOf(outputs: Awaited<ReturnType<SampleModel["run"]>>): ArrayBuffer[] {
  return Object.values(outputs).map(({ data }) => (data as Float32Array<ArrayBuffer>).buffer);
}

function post(message: Answer | Lost, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}

function problemOf(error: unknown): Problem {
  const { what, fix } = partsOf(error);
  return { message: what, fix, ...(isGenError(error) && { code: error.code }) };
}
