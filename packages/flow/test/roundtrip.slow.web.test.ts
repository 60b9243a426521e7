/** @file In a page, every recipe and all its files, by ONNX Runtime alone: they agree with the trainer, and decode undoes encode. */
import { web, webFiles } from "@gen/core/web";
import { it } from "vitest";
import { expectFiles } from "./file-laws.js";
import { flows } from "./recipes.js";

it.each(Object.entries(flows))("%s", async (name, make) => {
  await using runtime = await web({ device: "wasm" });
  const opener = await webFiles();
  await expectFiles({ name, make, runtime, opener });
  await opener.close();
});
