/** @file `node build.js`: the page's script, the worker's, and the .wasm file that it loads, side by side in dist. */
import { build } from "esbuild";

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: {
    main: "./main.js",
    worker: "@gen/core/web/wasm-worker",
    "ort-wasm-simd-threaded": "onnxruntime-web/ort-wasm-simd-threaded.wasm",
  },
  loader: { ".wasm": "copy" },
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  outdir: process.argv[2] ?? "dist",
});
