/** @file `@gen/core/node`, whose runtimes are on WebGPU. */
import { node as open, type NodeOptions } from "@gen/core/node";

export * from "@gen/core/node";
export const node = (options: NodeOptions = {}) => open({ ...options, device: "webgpu" });
