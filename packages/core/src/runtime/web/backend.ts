/** @file The devices of a browser: ONNX Runtime in a worker of the page, which keeps the state between runs. */
import { GenError, messageOf } from "../../error.js";
import { Graph } from "../../ir/graph.js";
import { lower } from "../../onnx/lower.js";
import { encodeModel } from "../../onnx/proto.js";
import { feed } from "../../tensor/inputs.js";
import type { Backend } from "../backend.js";
import { fastest } from "../choose.js";
import { drawOnHost } from "../draw-on-host.js";
import { gpuPort } from "../gpu-port.js";
import { longLoops } from "../long-loops.js";
import { Runtime } from "../runtime.js";
import { CPU_SESSION, GPU_SESSION, workerBackend } from "../worker-backend.js";
import { inWords } from "../words.js";
import { PageWorker } from "./page-worker.js";

export interface WebOptions {
  /** @default "auto": the fastest that is there */
  readonly device?: "auto" | "wasm" | "webgpu";
  /**
   * Threads of one operator on wasm. More than one needs a page that is cross-origin isolated.
   * @default half of the cores, at most 4, in such a page; 1 in others
   */
  readonly threads?: number;
  /** Where the .wasm files of ONNX Runtime are, if not beside its script. */
  readonly wasmPaths?: string;
  /** Address of the worker's script, for a bundler that does not know `new Worker(new URL(…))`. */
  readonly worker?: string | URL;
  /**
   * Address of ONNX Runtime's module, in a page without a bundler.
   * @default what the page's import map says of `onnxruntime-web/wasm` or `onnxruntime-web/webgpu`
   */
  readonly ort?: string;
}

/**
 * A runtime in a page, or in a worker of one.
 *
 * @throws GenError `device` if a device that is asked for is not there, naming what is missing; `option` for threads
 * in a page that cannot have them
 */
export async function web(options: WebOptions = {}): Promise<Runtime> {
  return new Runtime(await webBackend(options));
}

export function webBackend({ device = "auto", ...options }: WebOptions = {}): Promise<Backend> {
  if (device !== "auto") return open(device, options);
  return fastest({ webgpu: () => open("webgpu", options), wasm: () => open("wasm", options) });
}

/** What differs between the devices. */
const DEVICES = {
  wasm: { loopsInside: true, target: "cpu", session: { ...CPU_SESSION, executionProviders: ["wasm"] } },
  webgpu: { loopsInside: false, target: "webgpu", session: GPU_SESSION },
} as const;

async function open(device: "wasm" | "webgpu", options: WebOptions): Promise<Backend> {
  const port = await start(device, options);
  const spec = { device, ...DEVICES[device] };
  return device === "webgpu"
    ? longLoops(drawOnHost(inWords(workerBackend(gpuPort(port), spec))))
    : workerBackend(port, spec);
}

/** A worker whose ONNX Runtime works on the device. */
export async function start(device: "wasm" | "webgpu", options: WebOptions): Promise<PageWorker> {
  const numThreads = threadsOf(options.threads);
  if (device === "webgpu") await checkGpu();
  const ort = options.ort ?? mapped(`onnxruntime-web/${device}`);
  const port = new PageWorker({ device, worker: options.worker, ort });
  const { target, session } = DEVICES[device];
  const { wasmPaths } = options;
  const wasm = { numThreads, ...(wasmPaths !== undefined && { wasmPaths }) };
  const probe = { bytes: encodeModel(lower(smallest(), { target })), options: session };
  try {
    await port.ask("start", { ort, gpu: device === "webgpu", wasm, probe });
  } catch (cause) {
    await port.end();
    throw new GenError("device", `web: expected ${device} to start, got ${messageOf(cause)}`, {
      fix: "see that the .mjs and .wasm files of onnxruntime-web are served, or say where they are with { wasmPaths }",
      cause,
    });
  }
  return port;
}

function smallest(): Graph {
  const x = feed([1], "f32");
  return new Graph({ inputs: [{ name: "x", node: x.node }], outputs: [{ name: "y", node: x.add(x).node }] });
}

/** What the page's import map makes of a name; nothing where there is none, as in what a bundler made. */
function mapped(name: string): string | undefined {
  try {
    return import.meta.resolve(name);
  } catch {
    return undefined;
  }
}

interface Browser {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: {
    readonly hardwareConcurrency?: number;
    readonly gpu?: { requestAdapter(): Promise<object | null> };
  };
}

function threadsOf(threads: number | undefined): number {
  const { crossOriginIsolated = false, navigator } = globalThis as Browser;
  if (threads === undefined)
    return crossOriginIsolated ? Math.min(4, Math.ceil((navigator?.hardwareConcurrency ?? 1) / 2)) : 1;
  if (!Number.isInteger(threads) || threads < 1)
    throw new GenError("option", `web: expected threads to be a positive whole number, got ${threads}`);
  if (threads > 1 && !crossOriginIsolated) {
    throw new GenError("option", `web: expected a page that is cross-origin isolated for ${threads} threads`, {
      fix: "serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
    });
  }
  return threads;
}

async function checkGpu(): Promise<void> {
  const gpu = (globalThis as Browser).navigator?.gpu;
  const missing =
    gpu === undefined ? "navigator.gpu is not there" : !(await gpu.requestAdapter()) && "it has no adapter";
  if (missing) {
    throw new GenError("device", `web: expected a browser with WebGPU, got none: ${missing}`, {
      fix: 'use a browser that has it, in a secure context (https, localhost), or { device: "wasm" }',
    });
  }
}
