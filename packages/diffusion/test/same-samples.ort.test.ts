import { node } from "@gen/core/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Runtime } from "@gen/core";
import { sampleOfSeed } from "../src/index.js";
import wanted from "./fixtures/samples.json" with { type: "json" };
import { apart, feeds, filled, generated, model, SIZES } from "./same-samples.js";

let runtime: Runtime;
beforeAll(async () => void (runtime = await node({ threads: 1 })));
afterAll(() => runtime.close());

it("the trainer draws what the fixture says, which other runtimes are held against", async () => {
  const store = await filled(runtime);
  const { samples } = await runtime.run(sampleOfSeed(model, SIZES), { store, feeds });
  expect(apart(samples!.data, wanted.seeded)).toBeLessThan(1e-5);
  expect(apart(await generated(runtime, store), wanted.keyed)).toBeLessThan(1e-5);
  expect(new Set(wanted.seeded.map((v) => v.toFixed(3))).size).toBeGreaterThan(100); // pictures, not a grey
});
