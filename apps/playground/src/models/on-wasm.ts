/** @file Shipped models on wasm. */
import * as ort from "onnxruntime-web/wasm";
import url from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { serve } from "./serve.js";

declare const ENGINE_BYTES: { readonly wasm: number };

serve({ ort, wasm: { url, bytes: ENGINE_BYTES.wasm }, provider: "wasm" });
