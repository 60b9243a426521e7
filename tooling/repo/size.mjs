/** @file `size`: bundles what a page would import and compares its gzipped bytes with a budget. */
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** What a page writes, and how many kB (1000 bytes) it may cost. ONNX Runtime is not counted. */
const BUDGETS = [
  { name: "@gen/core", code: `export * from "@gen/core"`, limit: 45 },
  { name: "@gen/core/web", code: `export * from "@gen/core/web"`, limit: 38 },
  { name: "a page that samples an exported model", code: `export { openModel } from "@gen/core/sample"`, limit: 12 },
];

let over = false;
for (const { name, code, limit } of BUDGETS) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2023",
    external: ["onnxruntime-*"],
    logLevel: "warning",
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length / 1000;
  over ||= size > limit;
  console.log(`${name}: ${size.toFixed(1)} kB gzip, at most ${limit}${size > limit ? ": TOO LARGE" : ""}`);
}
process.exitCode = over ? 1 : 0;
