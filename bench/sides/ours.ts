/** @file Our side: what a user writes, on the CPU runtime of Node. */
import { serve } from "../src/protocol.js";
import { versionOf } from "../src/versions.js";
import { starts } from "./ours/starts.js";

/** Another way of doing the same, after the work's name. */
const way = process.argv[2];

await serve(`ours on onnxruntime-node ${versionOf("@gen/core/node_modules/onnxruntime-node")}`, (request) =>
  starts[way === undefined ? request.work : `${request.work} ${way}`]!(request),
);
