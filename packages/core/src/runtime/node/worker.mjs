// @ts-check
/** @file The thread that ONNX Runtime works in: `session.run` blocks whoever calls it. */
import { parentPort, workerData } from "node:worker_threads";
import { serve } from "../serve.mjs";
import { gpuMemory } from "./gpu-memory.mjs";

const { engine, gpu } = workerData;
const started = import(engine).then((ort) => serve(ort, gpu === undefined ? undefined : gpuMemory(ort, gpu)));

// Listens while the script runs: Deno drops what comes before that.
parentPort?.on("message", async (message) => parentPort?.postMessage(...(await (await started)(message))));
