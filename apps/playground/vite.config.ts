/** @file The playground as static files. Built from the packages' sources, so that nothing has to be built before. */
import react from "@vitejs/plugin-react";
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
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

/** A script of its own beside the page, which keeps its files: with their names, once all are written. */
function serviceWorker(): Plugin {
  const fileName = "service-worker.js";
  return {
    name: "service-worker",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "chunk", id: join(import.meta.dirname, "src/offline/service-worker.ts"), fileName });
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = bundle[fileName];
        if (worker?.type !== "chunk" || worker.imports.length > 0)
          throw new Error("the service worker is to be one script");
        const names = Object.keys(bundle).filter((name) => name !== fileName);
        worker.code = worker.code.replaceAll(
          /(["'`])__FILES__\1/g,
          names.map((name) => JSON.stringify(name)).join(","),
        );
      },
    },
  };
}

/** What there is to fetch before a model runs: hosts that compress do not say how much it is. */
const bytesOf = (name: string): number =>
  statSync(createRequire(import.meta.url).resolve(`onnxruntime-web/${name}.wasm`)).size;
const engineBytes = {
  wasm: bytesOf("ort-wasm-simd-threaded"),
  webgpu: bytesOf("ort-wasm-simd-threaded.asyncify"),
};

export default defineConfig({
  base: "./",
  plugins: [react(), shippedModels(), serviceWorker()],
  define: { ENGINE_BYTES: JSON.stringify(engineBytes) },
  resolve: { conditions: ["@gen/source", ...defaultClientConditions] },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  worker: { format: "es" },
  server: { headers },
  preview: { headers },
  build: { target: "es2023", chunkSizeWarningLimit: 1000, assetsInlineLimit: 0 },
});
