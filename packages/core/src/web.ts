/** @file `@gen/core/web`: the runtimes of a browser, wasm and WebGPU, in a page or in a worker of one. */
export { web, webBackend } from "./runtime/web/backend.js";
export type { WebOptions } from "./runtime/web/backend.js";
export { webFiles } from "./runtime/web/files.js";
export type { WebFile, WebFiles } from "./runtime/web/files.js";
