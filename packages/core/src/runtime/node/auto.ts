/** @file The devices of Node, and the choice among them. */
import { GenError } from "../../error.js";
import type { Backend } from "../backend.js";
import { fastest } from "../choose.js";
import { Runtime } from "../runtime.js";
import { cpuBackend } from "./backend.js";
import { wasmBackend } from "./wasm.js";
import { webgpuBackend } from "./webgpu.js";

export interface NodeOptions {
  /**
   * - `cpu`: ONNX Runtime's native CPU provider (`onnxruntime-node`);
   * - `webgpu`: its GPU provider, through Vulkan, Metal or Direct3D 12;
   * - `wasm`: its wasm build (`onnxruntime-web`), for platforms without a binary;
   * - `auto`: the fastest of those that are there, as a short measurement says.
   *
   * A training continues bit for bit on the same device only. @default "cpu"
   */
  readonly device?: "auto" | NodeDevice;
  /** Threads of one operator on the CPU. @default all cores; 1 on wasm, which has no more */
  readonly threads?: number | undefined;
}

export type NodeDevice = keyof typeof devices;

const devices = { cpu: cpuBackend, webgpu: webgpuBackend, wasm: wasmBackend };

/**
 * A runtime in Node.
 *
 * @throws GenError `device` if the device is not there, naming what is missing; `option` for one that is not known
 */
export async function node(options: NodeOptions = {}): Promise<Runtime> {
  return new Runtime(await nodeBackend(options));
}

export async function nodeBackend({ device = "cpu", threads }: NodeOptions = {}): Promise<Backend> {
  if (device === "auto") {
    return fastest({
      webgpu: () => webgpuBackend(),
      cpu: async () => cpuBackend({ threads }),
      wasm: async () => wasmBackend(),
    });
  }
  if (!Object.hasOwn(devices, device)) {
    throw new GenError(
      "option",
      `node: expected a device auto, ${Object.keys(devices).join(", ")}, got "${device as string}"`,
    );
  }
  return devices[device]({ threads });
}
