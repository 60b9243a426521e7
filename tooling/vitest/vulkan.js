/** @file WebGPU in Node on the software driver that Chromium brings: for correctness, on any machine. Its times mean nothing. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";

const { VK_DRIVER_FILES, XDG_RUNTIME_DIR = tmpdir() } = process.env;
const PLACES = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
];

/** What the tier of onnxruntime-node adds to a vitest project. A driver that the environment names is left alone. */
export function vulkan() {
  const driver = VK_DRIVER_FILES ?? PLACES.find((path) => existsSync(path));
  if (driver === undefined) return {};
  // The older name is for older loaders; without the folder, the driver complains on the terminal.
  return { test: { env: { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, XDG_RUNTIME_DIR } } };
}
