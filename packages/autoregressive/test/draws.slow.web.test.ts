/** @file In a page, on wasm, by ONNX Runtime alone: the exported files that draw agree with the trainer, one model of each kind. */
import { exportFiles } from "@gen/core/onnx";
import { web, webFiles } from "@gen/core/web";
import { expect, it } from "vitest";
import { kinds } from "./kinds.js";
import { movedStore } from "./statistics.js";

const names = ["Row LSTM", "NADE", "music", "GPT"];

it.each(names)("%s", async (name) => {
  await using runtime = await web({ device: "wasm" });
  const checker = await webFiles();
  const { model, files } = kinds[name]!();
  const store = await movedStore(runtime, model, 0.3);
  const request = { family: "autoregressive", name, files };
  const written = await exportFiles(request, { runtime, store }, [checker]); // throws for draws that differ by 1e-4
  await checker.close();
  expect([...written.keys()].sort()).toEqual([...Object.keys(files).map((stem) => `${stem}.onnx`), "card.json"].sort());
});
