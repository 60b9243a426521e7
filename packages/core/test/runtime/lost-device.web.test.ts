import { expect, it } from "vitest";
import { fit, key, type NdArray } from "../../src/index.js";
import { web } from "../../src/web.js";
import { toyBatches, toyModel, toyStep } from "../train/toy.js";

it("a GPU that is lost within a training ends it with what to do, and what was saved goes on elsewhere", async () => {
  const runtime = await web({ device: "webgpu", worker: new URL("./losing-worker.mjs", import.meta.url) });
  const [model, data] = [toyModel(), toyBatches()];
  const store = await runtime.init(model, { key: key(0) });
  const step = toyStep(model);
  let saved: { readonly n: number; readonly states: Readonly<Record<string, NdArray>> } | undefined;
  const training = (async () => {
    for await (const { n } of fit(step, { runtime, store, data, steps: 100 }))
      saved = { n, states: await store.readAll() };
  })();
  const lost = {
    code: "device",
    message: expect.stringContaining("the GPU was lost; what was on it is gone") as string,
    fix: "open a new runtime and load the last checkpoint",
  };
  await expect(training).rejects.toMatchObject(lost);
  await expect(store.readAll()).rejects.toMatchObject(lost);
  await runtime.close();

  await using next = await web({ device: "wasm" });
  using resumed = next.emptyStore();
  for (const [name, array] of Object.entries(saved!.states)) await resumed.write(name, array);
  const reports = [];
  for await (const report of fit(step, { runtime: next, store: resumed, data, steps: saved!.n + 3, from: saved!.n }))
    reports.push(report.n);
  expect(reports).toEqual([saved!.n + 1, saved!.n + 2, saved!.n + 3]);
});
