/** @file `@gen/core/node`: the runtimes of Node, and files. */
export { node, nodeBackend } from "./runtime/node/auto.js";
export type { NodeDevice, NodeOptions } from "./runtime/node/auto.js";
export { loadCheckpoint, newestCheckpoint, saveCheckpoint } from "./node/checkpoint.js";
export type { Checkpoint, CheckpointInfo } from "./node/checkpoint.js";
export { fileError, readBytes, writeAtomic } from "./node/files.js";
export { exportFolder, openFolder } from "./node/model-folder.js";
export type { ModelFolder } from "./node/model-folder.js";
export { openSession } from "./runtime/node/session.js";
export type { OnnxPort, OnnxSession } from "./runtime/node/session.js";
