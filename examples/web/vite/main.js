/** @file Vite needs no configuration: it finds the worker and the .wasm files by itself. `npx vite examples/web/vite` */
import { train } from "../train.js";

await train({ device: "auto" });
