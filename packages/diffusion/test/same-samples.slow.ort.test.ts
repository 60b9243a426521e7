import { isGenError, messageOf } from "@gen/core";
import { node } from "@gen/core/node";
import { expect, it } from "vitest";
import wanted from "./fixtures/samples.json" with { type: "json" };
import { apart, filled, generated } from "./same-samples.js";

it("draws on WebGPU, step by step, what the CPU draws in a loop", async ({ skip }) => {
  const runtime = await node({ device: "webgpu" }).catch((error: unknown) => {
    if (isGenError(error)) return messageOf(error).split("\n")[0]!;
    throw error;
  });
  if (typeof runtime === "string") return skip(runtime);
  expect(runtime.loopsInside).toBe(false);
  const store = await filled(runtime);
  const before = store.names().length;
  expect(apart(await generated(runtime, store), wanted.keyed)).toBeLessThan(1e-4);
  expect(store.names()).toHaveLength(before); // nothing of the walk is left
  await runtime.close();
});
