/** @file The playground as static files. Built from the packages' sources, so that nothing has to be built before. */
import react from "@vitejs/plugin-react";
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/** Threads of wasm need a page that is cross-origin isolated; a host that cannot send these still serves one thread. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Makes the models that come with the page, where they are not there yet. */
function shippedModels(): Plugin {
  return {
    name: "shipped-models",
    buildStart: () =>
      new Promise((done, fail) => {
        const args = ["--conditions=@gen/source", "--import", "tsx", "shipped/make.ts"];
        const child = spawn(process.execPath, args, {
          cwd: import.meta.dirname,
          stdio: ["ignore", "ignore", "inherit"],
        });
        child.on("close", (code) => (code === 0 ? done() : fail(new Error("the shipped models could not be made"))));
      }),
  };
}

/** What there is to fetch before a model runs: hosts that compress do not say how much it is. */
const engineBytes = statSync(
  createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"),
).size;

export default defineConfig({
  base: "./",
  plugins: [react(), shippedModels()],
  define: { ENGINE_BYTES: String(engineBytes) },
  resolve: { conditions: ["@gen/source", ...defaultClientConditions] },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  worker: { format: "es" },
  server: { headers },
  preview: { headers },
  build: { target: "es2023", chunkSizeWarningLimit: 1000, assetsInlineLimit: 0 },
});
