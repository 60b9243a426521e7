import { afterAll, expect, it, vi } from "vitest";
import { fit, inference, key, reference, type NdArray, type Runtime } from "../../src/index.js";
import { node } from "../../src/node.js";
import { SIZE, toyBatches, toyModel, toyRows, toyStep } from "./toy.js";

const opened: Runtime[] = [];
afterAll(async () => {
  for (const runtime of opened) await runtime.close();
});

/** Everything in the store after some steps. */
async function train(
  runtime: Runtime,
  { steps, patienceMs = 250 }: { steps: number; patienceMs?: number },
): Promise<Record<string, NdArray>> {
  opened.push(runtime);
  const model = toyModel();
  const store = await runtime.init(model, { key: key(0) });
  const options = { runtime, store, data: toyBatches(), key: key(2), patienceMs };
  for await (const report of fit(toyStep(model, { noisy: true }), { ...options, steps }))
    expect(report.device).toBe(runtime.device);
  return store.readAll();
}

it("gives the same bits however many steps one run takes", async () => {
  const single = await train(await node({ threads: 1 }), { steps: 70, patienceMs: 0 });
  const many = await train(await node({ threads: 1 }), { steps: 70, patienceMs: 10_000 });
  expect(many).toEqual(single);
});

it("lets go of what it compiled for lengths that it no longer runs", async () => {
  const runtime = await node({ threads: 1 });
  opened.push(runtime);
  const [compile, release] = [vi.spyOn(runtime, "compile"), vi.spyOn(runtime, "release")];
  const model = toyModel();
  const store = await runtime.init(model, { key: key(0) });
  const program = inference(model, { x: [SIZE, 3], y: [SIZE, 1] }, ({ x, y }) => ({
    error: model.line.forward(x).sub(y).square().sum(-1),
  }));
  const validate = { program, data: toyRows(), every: 37 }; // two periods: runs of many lengths
  const options = { runtime, store, data: toyBatches(), key: key(2), patienceMs: 10_000 };
  const alive: number[] = [];
  for await (const { settled } of fit(toyStep(model), { ...options, steps: 300, every: 29, validate }))
    if (settled) alive.push(new Set(compile.mock.calls.map(([p]) => p)).size - release.mock.calls.length);
  expect(release.mock.calls.length).toBeGreaterThan(2);
  expect(Math.max(...alive)).toBeLessThanOrEqual(5 + 2); // and the step itself, and the validation
});

it("gives the same bits for one thread and two", async () => {
  expect(await train(await node({ threads: 2 }), { steps: 20 })).toEqual(
    await train(await node({ threads: 1 }), { steps: 20 }),
  );
});

it("follows the float64 reference", async () => {
  const wanted = await train(reference(), { steps: 30 });
  const got = await train(await node({ threads: 1 }), { steps: 30 });
  for (const [name, { data }] of Object.entries(wanted)) {
    data.forEach((v: number | bigint, i: number) => {
      expect(Math.abs(Number(got[name]!.data[i]) - Number(v)), `${name}[${i}]`).toBeLessThan(
        1e-4 * (1 + Math.abs(Number(v))),
      );
    });
  }
});
