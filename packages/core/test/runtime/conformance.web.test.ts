import { afterAll } from "vitest";
import type { Backend } from "../../src/index.js";
import { describeConformance, type Run } from "../../src/testing/conformance.js";
import { webBackend } from "../../src/web.js";

/** Runs graphs on a device that is opened at the first of them. */
function runner(open: () => Promise<Backend>): Run {
  let backend: Promise<Backend> | undefined;
  afterAll(async () => (await backend)?.close());
  return async (graph, inputs) => {
    const kernel = await (await (backend ??= open())).compile(graph);
    const { returned } = await kernel.run(inputs, new Set());
    await kernel.release();
    return returned;
  };
}

describeConformance(
  "wasm in a browser",
  runner(() => webBackend({ device: "wasm" })),
  { provider: "cpu", bundled: true },
);
