/** @file Runs graphs on a device that is opened at the first of them and closed after the last. */
import { afterAll } from "vitest";
import type { Backend } from "../../src/index.js";
import type { Run } from "../../src/testing/conformance.js";

export function runner(open: () => Promise<Backend>): Run {
  let backend: Promise<Backend> | undefined;
  afterAll(async () => (await backend)?.close());
  return async (graph, inputs) => {
    const kernel = await (await (backend ??= open())).compile(graph);
    const { returned } = await kernel.run(inputs, new Set());
    await kernel.release();
    return returned;
  };
}
