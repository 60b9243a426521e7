/**
 * @file The test configuration of every workspace: three tiers by what a test needs, the slow tests of each apart.
 *
 *     name.test.ts         pure TypeScript
 *     name.ort.test.ts     onnxruntime-node
 *     name.web.test.ts     a headless Chromium
 *     name.slow.test.ts, name.slow.ort.test.ts, …    only in `vitest run --mode slow`, which runs nothing else
 */
import { fileURLToPath } from "node:url";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import { browser } from "./browser.js";
import { Report } from "./report.js";

const CONDITION = "@gen/source";
const SECONDS = 1000;

/** Which files a tier has: `suffix` is what stands before `.test.ts`. */
function files(suffix, slow) {
  const marked = `test/**/*.slow${suffix}.test.ts`;
  if (slow) return { include: [marked] };
  const others = suffix === "" ? ["**/*.{ort,web}.test.ts"] : [];
  return { include: [`test/**/*${suffix}.test.ts`], exclude: [marked, ...others] };
}

export default defineConfig(({ mode }) => {
  const slow = mode === "slow";
  const tier = (name, suffix, { plugins = [], test = {} } = {}) => ({
    extends: true,
    plugins,
    test: { name, ...files(suffix, slow), ...test },
  });
  return {
    resolve: { conditions: [CONDITION, ...defaultClientConditions] },
    ssr: { resolve: { conditions: [CONDITION, ...defaultServerConditions] } },
    test: {
      projects: [tier("pure", ""), tier("ort", ".ort"), tier("web", ".web", browser())],
      setupFiles: [fileURLToPath(new URL("./setup.js", import.meta.url))],
      passWithNoTests: true,
      testTimeout: (slow ? 600 : 60) * SECONDS,
      hookTimeout: (slow ? 600 : 60) * SECONDS,
      reporters: ["default", new Report(`.reports/${slow ? "slow" : "fast"}.json`)],
    },
  };
});
