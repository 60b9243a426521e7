/**
 * @file The test configuration of every workspace: three tiers by what a test needs, the slow tests of each apart.
 *
 *     name.test.ts         pure TypeScript
 *     name.ort.test.ts     onnxruntime-node, WebGPU among it where Chromium and a Vulkan loader are
 *     name.web.test.ts     a headless Chromium
 *     name.slow.test.ts, name.slow.ort.test.ts, …    only in `vitest run --mode slow`, which runs nothing else
 */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import { browser } from "./browser.js";
import { Report } from "./report.js";
import { vulkan } from "./vulkan.js";

const CONDITION = "@gen/source";
const SECONDS = 1000;

/** A tier: what stands before `.test.ts` in the names of its files, and what else it needs. */
const TIERS = [
  { name: "pure", suffix: "" },
  { name: "ort", suffix: ".ort", config: vulkan() },
  { name: "web", suffix: ".web", config: browser() },
];

/** The vitest project of a tier. */
function project({ name, suffix, config: { test = {}, ...config } = {} }, slow) {
  const marked = `test/**/*.slow${suffix}.test.ts`;
  const others = suffix === "" ? ["**/*.{ort,web}.test.ts"] : [];
  const files = slow
    ? { include: [marked], exclude: others }
    : { include: [`test/**/*${suffix}.test.ts`], exclude: [marked, ...others] };
  const timeout = (slow ? 600 : 60) * SECONDS; // a project does not inherit what depends on the mode
  return { extends: true, ...config, test: { name, ...files, testTimeout: timeout, hookTimeout: timeout, ...test } };
}

/** Whether a workspace has files of a tier: a browser is not started for nothing. */
const has = ({ suffix }) => suffix === "" || found.some((file) => file.endsWith(`${suffix}.test.ts`));
const found = existsSync("test") ? readdirSync("test", { recursive: true }) : [];

export default defineConfig(({ mode }) => {
  const slow = mode === "slow";
  return {
    resolve: { conditions: [CONDITION, ...defaultClientConditions] },
    ssr: { resolve: { conditions: [CONDITION, ...defaultServerConditions] } },
    test: {
      projects: TIERS.filter(has).map((tier) => project(tier, slow)),
      setupFiles: [fileURLToPath(new URL("./setup.js", import.meta.url))],
      passWithNoTests: true,
      reporters: ["default", new Report(`.reports/${slow ? "slow" : "fast"}.json`)],
    },
  };
});
