// @ts-check
/** @file The worker of a page for wasm on the CPU. */
import * as ort from "onnxruntime-web/wasm";
import { listen } from "./listen.mjs";

listen(() => ort);
