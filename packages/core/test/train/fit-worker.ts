/** @file A worker of a page's own that trains: the runtime starts its worker from there. */
import { reports } from "./toy-run.js";
import { web } from "../../src/web.js";

const scope = globalThis as unknown as { onmessage: unknown; postMessage(message: unknown): void };
scope.onmessage = async ({ data }: { data: "wasm" | "webgpu" }): Promise<void> => {
  await using runtime = await web({ device: data });
  scope.postMessage(await reports(runtime));
};
