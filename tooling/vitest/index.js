/** @file The test configuration of every package: three tiers, and the slow tests of each apart. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const conditions = ["@gen/source"];

export default defineConfig({
  resolve: { conditions: [...conditions, "module", "node", "development|production"] },
  ssr: { resolve: { conditions: [...conditions, "module", "node", "development|production"] } },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: [fileURLToPath(new URL("./setup.js", import.meta.url))],
    passWithNoTests: true,
    reporters: ["default", ["json", { outputFile: ".reports/fast.json" }]],
  },
});
