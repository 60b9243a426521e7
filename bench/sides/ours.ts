/** @file Our side: what a user writes, on the CPU runtime of Node. */
import { serve } from "../src/protocol.js";
import { versionOf } from "../src/versions.js";
import { starts } from "./ours/starts.js";

await serve(`ours on onnxruntime-node ${versionOf("@gen/core/node_modules/onnxruntime-node")}`, (request) =>
  starts[request.work]!(request),
);
