/// <reference lib="webworker" />
/** @file The worker that runs the shipped models: fetches ONNX Runtime and a model, then answers one run after the other. */
import { isGenError, openModel, type SampleModel } from "@gen/core/sample";
import * as ort from "onnxruntime-web/wasm";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { partsOf } from "../shell/explained.js";
import { fetchNewest, Tally } from "./fetch.js";
import type { Answer, Problem, Request } from "./protocol.js";

declare const self: DedicatedWorkerGlobalScope;
declare const ENGINE_BYTES: number;

const models = new Map<number, Promise<SampleModel>>();
let engine: Promise<void> | undefined;
let last: Promise<unknown> = Promise.resolve();

/** ONNX Runtime starts its threads from this same script, and names them. Their messages are its own. */
if (!self.name.startsWith("em-pthread")) {
  self.onmessage = ({ data }: MessageEvent<Request>) => {
    void answer(data).catch((error: unknown) => post({ id: data.id, is: "problem", problem: problemOf(error) }));
  };
}

async function answer(request: Request): Promise<void> {
  const { id, model } = request;
  switch (request.do) {
    case "open": {
      const opening = open(request);
      models.set(model, opening);
      opening.catch(() => models.delete(model));
      post({ id, is: "card", card: (await opening).card });
      return;
    }
    case "run": {
      const outputs = await inTurn(async () => (await models.get(model)!).run(request.file, request.inputs));
      post({ id, is: "outputs", outputs }, buffersOf(outputs));
      return;
    }
    case "close": {
      const open = models.get(model);
      models.delete(model);
      await inTurn(async () => (await open)?.close());
      post({ id, is: "done" });
    }
  }
}

/** ONNX Runtime makes and runs one session at a time: two that are made at once may lose each other's memory. */
function inTurn<T>(task: () => Promise<T>): Promise<T> {
  const mine = last.then(task);
  last = mine.catch(() => undefined);
  return mine;
}

/** The engine if it is not there yet, the card, and the files that the card names. */
async function open({ id, url, threads }: Extract<Request, { do: "open" }>): Promise<SampleModel> {
  const tally = new Tally((fetched) => post({ id, is: "progress", fetched }));
  const starting = start(threads, tally);
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
  return openModel((name) => (name === "card.json" ? Promise.resolve(cardBytes) : bytes.get(name)!), ort);
}

function start(threads: number, tally: Tally): Promise<void> {
  engine ??= tally.fetch(wasm, ENGINE_BYTES).then((bytes) => {
    ort.env.logLevel = "error";
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.wasmBinary = bytes.buffer;
  });
  engine.catch(() => (engine = undefined));
  return engine;
}

function buffersOf(outputs: Awaited<ReturnType<SampleModel["run"]>>): ArrayBuffer[] {
  return Object.values(outputs).map(({ data }) => (data as Float32Array<ArrayBuffer>).buffer);
}

function post(message: Answer, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}

function problemOf(error: unknown): Problem {
  const { what, fix } = partsOf(error);
  return { message: what, fix, ...(isGenError(error) && { code: error.code }) };
}
