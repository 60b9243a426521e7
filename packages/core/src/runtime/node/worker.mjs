// @ts-check
/** @file The thread that ONNX Runtime works in: `session.run` blocks whoever calls it. */
import { parentPort, workerData } from "node:worker_threads";
import { serve } from "../serve.mjs";

const answer = serve(await import(workerData.engine));

parentPort?.on("message", async (message) => parentPort?.postMessage(...(await answer(message))));
