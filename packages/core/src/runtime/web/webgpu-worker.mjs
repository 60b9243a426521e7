// @ts-check
/** @file The worker of a page for WebGPU. */
import * as ort from "onnxruntime-web/webgpu";
import { listen } from "./listen.mjs";

listen(() => ort);
