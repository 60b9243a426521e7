/** @file In Chromium: by wasm, and by WebGPU. */
import { web } from "@gen/core/web";
import { describeSecondOrder } from "./second-order.js";

describeSecondOrder("wasm in a browser", () => web({ device: "wasm" }));
describeSecondOrder("WebGPU in a browser", () => web({ device: "webgpu" }));
