/** @file A runtime whose worker dies, as when the system is out of memory: nobody waits for ever, and a training goes on. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fit, key, type Runtime, type Store } from "../../src/index.js";
import { loadCheckpoint, node, saveCheckpoint } from "../../src/node.js";
import { toyBatches, toyModel, toyStep } from "../train/toy.js";

const STEPS = 12;
const model = toyModel();
const step = toyStep(model);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dead-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** The worker is gone instead of doing its `nth` run. */
function dieAtRun(nth: number): void {
  let runs = 0;
  const post = Worker.prototype.postMessage; // eslint-disable-line @typescript-eslint/unbound-method
  vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker, message, transfer) {
    const isRun = (message as { kind: string }).kind === "run";
    if (isRun && ++runs === nth) void this.terminate();
    else post.call(this, message, transfer);
  });
}

async function losses(runtime: Runtime, store: Store, from = 0): Promise<number[]> {
  const found: number[] = [];
  const run = { runtime, store, data: toyBatches(), steps: STEPS, from, every: 2, patienceMs: 0 };
  for await (const { n, loss } of fit(step, run)) {
    found.push(loss);
    if (n % 2 === 0) await saveCheckpoint(store, folder, { step: n });
  }
  return found;
}

it("fails what waits and what comes later, keeps the checkpoints, and a new runtime goes on from there", async () => {
  await using whole = await node({ threads: 1 });
  const wanted = await losses(whole, await whole.init(model, { key: key(0) }));
  await rm(folder, { recursive: true });

  const runtime = await node({ threads: 1 });
  const store = await runtime.init(model, { key: key(0) });
  dieAtRun(7);
  const lost = {
    code: "device",
    message: expect.stringMatching(/the worker stopped by itself, with code 1; what it held is gone/) as string,
    fix: "open a new runtime and load the last checkpoint",
  };
  await expect(losses(runtime, store)).rejects.toMatchObject(lost);
  await expect(store.readAll()).rejects.toMatchObject(lost);
  await expect(runtime.init(model, { key: key(0) })).rejects.toMatchObject(lost);
  await runtime.close();

  vi.restoreAllMocks();
  await using next = await node({ threads: 1 });
  const resumed = next.emptyStore();
  const { step: done } = await loadCheckpoint(resumed, folder);
  expect(done).toBeGreaterThan(0);
  expect(await losses(next, resumed, done)).toEqual(wanted.slice(done));
});
