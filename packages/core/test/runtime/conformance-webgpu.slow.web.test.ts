import { describeConformance } from "../../src/testing/conformance.js";
import { webBackend } from "../../src/web.js";
import { runner } from "./runner.js";
import { divides, has64BitReals } from "./webgpu-cases.js";

describeConformance(
  "WebGPU in a browser",
  runner(() => webBackend({ device: "webgpu" })),
  {
    provider: "webgpu",
    bundled: true,
    skip: (op, given) =>
      given.special
        ? "WebGPU promises nothing about NaN and infinities"
        : (divides(op, given) ?? has64BitReals(given.graph)),
  },
);
