/** @file The versions that a run is made with. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const versionIn = (path: string | URL): string =>
  (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;

/** Of gen. */
export function ownVersion(): string {
  return versionIn(new URL("../package.json", import.meta.url));
}

/** Of the ONNX Runtime that is installed. */
export function runtimeVersion(): string {
  return versionIn(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
}
