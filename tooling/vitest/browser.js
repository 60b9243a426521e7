/** @file The web tier runs in a Chromium that is already on the machine; without one, each of its files skips and says so. */
import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";

const { GEN_CHROMIUM } = process.env;
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
];

/** WebGPU on a software adapter: for correctness, on any machine. Its times mean nothing. */
const FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-webgpu-adapter=swiftshader",
];

const WHY = "needs Chromium: install it, or name it in GEN_CHROMIUM";
const STUB = `import { it } from "vitest"; it("in a browser", ({ skip }) => skip(${JSON.stringify(WHY)}));`;

/** What the web tier adds to a vitest project. */
export function browser() {
  const executablePath = (GEN_CHROMIUM ? [GEN_CHROMIUM] : PLACES).find((path) => existsSync(path));
  if (executablePath === undefined) return { plugins: [skipped] };
  const provider = playwright({ launchOptions: { executablePath, args: FLAGS } });
  const instances = [{ browser: "chromium" }];
  return {
    optimizeDeps: { exclude: ["onnxruntime-web"] }, // it finds its .wasm files beside itself
    test: { browser: { enabled: true, headless: true, screenshotFailures: false, provider, instances } },
  };
}

const skipped = {
  name: "skip-web-tests",
  enforce: "pre",
  transform: (_code, id) => (id.endsWith(".web.test.ts") ? { code: STUB, map: null } : undefined),
};
