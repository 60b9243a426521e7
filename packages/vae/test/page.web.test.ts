import { web } from "@gen/core/web";
import * as ort from "onnxruntime-web/wasm";
import { it } from "vitest";
import wanted from "./fixtures/page.json" with { type: "json" };
import { expectSame } from "./page-expect.js";
import { trainAndSample } from "./page.js";

ort.env.wasm.numThreads = 1;

it("trains in a page on wasm with the losses of Node's CPU, and samples what it exported", async () => {
  await using runtime = await web({ device: "wasm" });
  expectSame(await trainAndSample(runtime, ort), wanted, 1e-5);
});
