/** @file WebGPU in Node: ONNX Runtime in a worker thread, with the state in buffers of the GPU between runs. */
import { GenError, messageOf } from "../../error.js";
import { Graph } from "../../ir/graph.js";
import { encodeModel, IR_VERSION, OPSET_VERSION, type OnnxModel } from "../../onnx/proto.js";
import { feed } from "../../tensor/inputs.js";
import type { Backend } from "../backend.js";
import { drawOnHost } from "../draw-on-host.js";
import { explained, gpuPort } from "../gpu-port.js";
import { longLoops } from "../long-loops.js";
import { GPU_SESSION, workerBackend } from "../worker-backend.js";
import { inWords } from "../words.js";
import { Thread } from "./thread.js";

/** Arrays of more axes than this do not last on the device. */
const MOST_AXES = 8;

/**
 * A backend on WebGPU, through `onnxruntime-node`.
 *
 * @throws GenError `device` naming what is missing: the package, the Vulkan loader, an adapter; `option` for threads
 */
export async function webgpuBackend({ threads }: { threads?: number | undefined } = {}): Promise<Backend> {
  if (threads !== undefined) {
    throw new GenError("option", `node: expected no threads on webgpu, got ${threads}`, { fix: "leave them out" });
  }
  const thread = new Thread("onnxruntime-node", { copies: copies(), session: GPU_SESSION });
  const port = gpuPort(thread, explainedInNode);
  const spec = { device: "webgpu", loopsInside: false, target: "webgpu", session: GPU_SESSION } as const;
  const backend = longLoops(drawOnHost(inWords(workerBackend(port, spec))));
  try {
    await backend.compile(smallest()); // never released: the device, and what it has compiled, lasts as long as a session
    return backend;
  } catch (error) {
    await backend.close();
    throw error;
  }
}

function smallest(): Graph {
  const x = feed([1]);
  return new Graph({ inputs: [{ name: "x", node: x.node }], outputs: [{ name: "y", node: x.add(x).node }] });
}

/** Models that hand on an array, for each type that lasts on the device and each number of axes. */
function copies(): Record<string, Uint8Array> {
  const types = (["f32", "i32", "u32"] as const).flatMap((dtype) =>
    Array.from({ length: MOST_AXES + 1 }, (_, rank) => ({ dtype, rank })),
  );
  return Object.fromEntries(
    types.map(({ dtype, rank }) => {
      const shape = Array.from({ length: rank }, (_, axis) => `n${axis}`);
      const model: OnnxModel = {
        irVersion: IR_VERSION,
        opsets: [{ domain: "", version: OPSET_VERSION }],
        producerName: "gen",
        producerVersion: "0",
        graph: {
          name: "copy",
          nodes: [{ op: "Identity", domain: "", name: "copy", inputs: ["x"], outputs: ["y"], attributes: {} }],
          initializers: [],
          inputs: [{ name: "x", dtype, shape }],
          outputs: [{ name: "y", dtype, shape }],
        },
        metadata: {},
      };
      return [`${dtype} ${rank}`, encodeModel(model)];
    }),
  );
}

/** What onnxruntime says, with what is missing and what to do. */
function explainedInNode(error: unknown): unknown {
  const message = messageOf(error);
  const isAbsent =
    /adapter|instance|not.*(supported|available)|backend/i.test(message) && /webgpu|adapter/i.test(message);
  return isAbsent ? noAdapter(error) : explained(error);
}

function noAdapter(cause: unknown): GenError {
  if (process.platform === "linux" && !hasVulkan()) {
    return new GenError("device", "webgpu: expected the Vulkan loader libvulkan.so.1, got none", {
      fix: "install it (Debian, Ubuntu: apt-get install libvulkan1) and a driver of your GPU",
      cause,
    });
  }
  return new GenError("device", "webgpu: expected a GPU that WebGPU can use, got no adapter", {
    fix: 'install a driver of your GPU (on Linux one for Vulkan), or use the CPU: node({ device: "cpu" })',
    cause,
  });
}

/** Whether the system finds Vulkan's loader: it is no module of Node, but that is only seen once it is open. */
function hasVulkan(): boolean {
  try {
    process.dlopen({ exports: {} }, "libvulkan.so.1");
    return true;
  } catch (error) {
    return !/cannot open shared object|no such file/i.test(messageOf(error));
  }
}
