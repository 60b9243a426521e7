/** @file The playground as static files. Built from the packages' sources, so that nothing has to be built before. */
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

/** Threads of wasm need a page that is cross-origin isolated; a host that cannot send these still serves one thread. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./",
  plugins: [react()],
  resolve: { conditions: ["@gen/source", ...defaultClientConditions] },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  worker: { format: "es" },
  server: { headers },
  preview: { headers },
  build: { target: "es2023", chunkSizeWarningLimit: 1000, assetsInlineLimit: 0 },
});
