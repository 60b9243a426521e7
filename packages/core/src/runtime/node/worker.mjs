// @ts-check
/** @file The thread that ONNX Runtime works in: `session.run` blocks whoever calls it. */
import { parentPort, workerData } from "node:worker_threads";
import { serve } from "../serve.mjs";
import { gpuMemory } from "./gpu-memory.mjs";

const { engine, gpu } = workerData;
const ort = await import(engine);
const answer = serve(ort, gpu === undefined ? undefined : gpuMemory(ort, gpu));

parentPort?.on("message", async (message) => parentPort?.postMessage(...(await answer(message))));
