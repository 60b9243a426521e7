import { web } from "@gen/core/web";
import { expect, it } from "vitest";
import wanted from "./fixtures/samples.json" with { type: "json" };
import { apart, filled, generated } from "./same-samples.js";

it("draws on WebGPU in a page, step by step, what the CPU draws in a loop", async () => {
  await using runtime = await web({ device: "webgpu" });
  expect(runtime.loopsInside).toBe(false);
  expect(apart(await generated(runtime, await filled(runtime)), wanted.keyed)).toBeLessThan(1e-4);
});
