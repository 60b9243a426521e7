/** @file Our side: what a user writes, `trainStep` and `fit` on the CPU runtime of Node. */
import { serve, type Request, type Work } from "../src/protocol.js";
import { versionOf } from "../src/versions.js";
import { startGraph } from "./ours/graph.js";
import { startMemory } from "./ours/memory.js";
import { startTraining } from "./ours/training.js";

const starts: Readonly<Record<string, (request: Request) => Promise<Work>>> = {
  "vae-dense": startTraining,
  "vae-conv": startTraining,
  "mlp-50": startTraining,
  "graph-12x768": startGraph,
  memory: startMemory,
};

await serve(`ours on onnxruntime-node ${versionOf("@gen/core/node_modules/onnxruntime-node")}`, (request) =>
  starts[request.work]!(request),
);
