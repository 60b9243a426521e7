/** @file Our page: what the playground does, `fit` on the wasm device. */
import { web } from "@gen/core/web";
import { planeModels, planeSizes } from "../../src/works/plane.js";
import { pulling, reportsOf, stepOf } from "../ours/subject.js";
import { page } from "./page.js";

page(async (work, fixture, steps) => {
  const { model, loss } = planeModels[work]!();
  const { batch } = planeSizes;
  const ort = { worker: "worker.js", wasmPaths: new URL("ort/", import.meta.url).href };
  const runtime = await web({ device: "wasm", threads: 1, ...ort });
  const subject = { model, batch, step: stepOf(model, fixture.rows, { batch, of: loss }) };
  return pulling(await reportsOf(runtime, { fixture, subject, steps }));
});
