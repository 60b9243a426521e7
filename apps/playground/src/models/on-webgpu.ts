/** @file Shipped models on WebGPU; operators that it has no kernel for run beside it, on wasm. */
import * as ort from "onnxruntime-web/webgpu";
import url from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import { serve } from "./serve.js";

declare const ENGINE_BYTES: { readonly webgpu: number };

serve({ ort, wasm: { url, bytes: ENGINE_BYTES.webgpu }, provider: "webgpu" });
