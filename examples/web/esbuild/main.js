/** @file esbuild does not know `new Worker(new URL(…))`: the worker is built beside this file, and named. */
import { train } from "../train.js";

await train({ device: "wasm", worker: new URL("./worker.js", import.meta.url) });
