/** @file In a page, every recipe and its files, by ONNX Runtime alone: they agree with the trainer, and decode undoes encode. */
import { web, webFiles } from "@gen/core/web";
import { afterAll, it } from "vitest";
import { expectFiles } from "./file-laws.js";
import { flows, leftOut } from "./recipes.js";

const runtime = await web({ device: "wasm" });
const opener = await webFiles();
afterAll(async () => {
  await opener.close();
  await runtime.close();
});

it.each(Object.entries(flows))("%s", (name, make) =>
  expectFiles({ name, make, runtime, opener, without: leftOut(name) }),
);
