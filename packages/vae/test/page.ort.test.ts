import { node } from "@gen/core/node";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import wanted from "./fixtures/page.json" with { type: "json" };
import { expectSame } from "./page-expect.js";
import { trainAndSample } from "./page.js";

it("gives on Node's CPU what browsers are compared with", async () => {
  await using runtime = await node({ threads: 1 });
  expectSame(await trainAndSample(runtime, ort), wanted, 1e-5);
  expect(wanted.losses.at(-1)).toBeLessThan(wanted.losses[0]!);
});
