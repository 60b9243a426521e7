import { afterAll, expect, it } from "vitest";
import { fit, key, reference, type NdArray, type Runtime } from "../../src/index.js";
import { node } from "../../src/node.js";
import { toyBatches, toyModel, toyStep } from "./toy.js";

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
