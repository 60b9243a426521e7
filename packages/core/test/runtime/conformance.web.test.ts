import { describeConformance } from "../../src/testing/conformance.js";
import { webBackend } from "../../src/web.js";
import { runner } from "./runner.js";

describeConformance(
  "wasm in a browser",
  runner(() => webBackend({ device: "wasm" })),
  { provider: "cpu", bundled: true },
);
