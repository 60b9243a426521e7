/**
 * @file The shipped models, run in workers. A worker starts when a model is first opened on its device and stays when models
 * are closed, unless the page has gone to another device, or what it does is to be stopped: the next run starts another.
 */
import { GenError, isGenError, type Card, type Input, type NdArray } from "@gen/core/sample";
import type { ModelName } from "../../shipped/models.js";
import { Home, type Device } from "./home.js";
import type { Fetched } from "./protocol.js";

/** A shipped model that is ready. */
export interface OpenModel {
  readonly name: ModelName;
  readonly card: Card;
  /** Whether its files need not be fetched next time. */
  readonly isKept: boolean;
  /** Runs one of its files, such as "decode.onnx". Runs wait for one another. */
  run(file: string, inputs: Readonly<Record<string, Input>>): Promise<Record<string, NdArray>>;
  close(): void;
}

export interface OpenOptions {
  readonly device: Device;
  readonly onProgress: (fetched: Fetched) => void;
  /** Called when a model is opened, and when it is opened again since the worker that had it is gone. */
  readonly onOpening: (opening: Promise<unknown>) => void;
  /** Called when a model could not go on with WebGPU and is to be opened on wasm: why. */
  readonly onFallback: (why: string) => void;
}

const watchers = new Set<() => void>();
const tell = (): void => {
  for (const watcher of watchers) watcher();
};
const homes: Readonly<Record<Device, Home>> = { wasm: new Home("wasm", tell), webgpu: new Home("webgpu", tell) };
/** Where the model is that was opened last. */
let newest = homes.wasm;
let models = 0;

/**
 * On WebGPU where that is asked for and the model runs there; a model that fails there, when it is opened or later, goes on
 * with wasm.
 *
 * @throws GenError `file` if it cannot be fetched, `hash` if it is not what its card says, or {@link STOPPED}
 */
export async function openShipped(
  name: ModelName,
  { device, onProgress, onOpening, onFallback }: OpenOptions,
): Promise<OpenModel> {
  const model = models++;
  const url = new URL(`models/${name}`, document.baseURI).href;
  const threads = window.crossOriginIsolated ? Math.min(4, Math.ceil(navigator.hardwareConcurrency / 2)) : 1;
  let home = (newest = homes[device]);
  let [opening, worker]: [Promise<Opened> | undefined, Worker | undefined] = [undefined, undefined];

  const open = async (): Promise<Opened> => {
    const answer = await home.ask({ do: "open", model, url, threads }, onProgress);
    if (answer.is !== "card") throw new GenError("internal", `models: expected a card, got ${answer.is}`);
    return answer;
  };
  const opened = (): Promise<Opened> => {
    if (opening === undefined || worker !== home.worker) {
      [opening, worker] = [open(), home.worker];
      onOpening(opening);
    }
    return opening;
  };
  /** What fails on WebGPU for want of a device is tried again on wasm. */
  const orOnWasm = async <T>(task: () => Promise<T>): Promise<T> => {
    const before = home;
    try {
      return await task();
    } catch (error) {
      if (before.device === "wasm" || !isGenError(error) || error.code !== "device") throw error;
      if (home === before) {
        home = newest = homes.wasm;
        opening = undefined;
        onFallback(error.message);
        before.end(error);
      }
      return task();
    }
  };

  const { card, isKept } = await orOnWasm(async () => {
    if (home.device === "webgpu") await checkGpu();
    return opened();
  });
  return {
    name,
    card,
    isKept,
    run: (file, inputs) =>
      orOnWasm(async () => {
        await opened();
        const answer = await home.ask({ do: "run", model, file, inputs });
        return answer.is === "outputs" ? answer.outputs : {};
      }),
    close: () => {
      if (home !== newest) home.end(STOPPED);
      else if (worker !== undefined && worker === home.worker)
        void home.ask({ do: "close", model }).catch(() => undefined);
    },
  };
}

type Opened = Pick<OpenModel, "card" | "isKept">;

async function checkGpu(): Promise<void> {
  const { gpu } = navigator as { readonly gpu?: { requestAdapter(): Promise<object | null> } };
  if (gpu === undefined) throw new GenError("device", "this browser has no WebGPU");
  if ((await gpu.requestAdapter()) === null) throw new GenError("device", "this browser finds no graphics adapter");
}

/** What a download or a run that was stopped fails with. */
export const STOPPED = new DOMException("stopped", "AbortError");

/** Whether a model is fetched or run. */
export function isWorking(): boolean {
  return Object.values(homes).some((home) => home.isWorking);
}

/** Calls a watcher when {@link isWorking} may have changed. @returns what ends that */
export function watchWork(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Ends whatever is fetched or run for a model. */
export function stopAll(): void {
  for (const home of Object.values(homes)) home.end(STOPPED);
}
