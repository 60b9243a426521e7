/** @file The web tier runs in a Chromium that is already on the machine; without one, each of its files skips and says so. */
import { playwright } from "@vitest/browser-playwright";
import { launchOptions, missing } from "./chromium.js";

const STUB = `import { it } from "vitest"; it("in a browser", ({ skip }) => skip(${JSON.stringify(missing)}));`;

/** What the web tier adds to a vitest project. */
export function browser() {
  if (missing !== undefined) return { plugins: [skipped] };
  const provider = playwright({ launchOptions });
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
