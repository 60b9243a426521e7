import { describeConformance } from "../../src/testing/conformance.js";
import { nodeBackend } from "../../src/node.js";
import { runner } from "./runner.js";

describeConformance(
  "wasm in Node",
  runner(() => nodeBackend({ device: "wasm" })),
  { provider: "cpu", bundled: true },
);
