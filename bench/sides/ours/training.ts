/** @file The models of `spec.json`, trained by one `fit` that lasts as long as the process. */
import { arrays, batches, fit, key, ndarray, trainStep, type Report } from "@gen/core";
import { node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { readFixture } from "../../src/fixtures.js";
import type { Request, Work } from "../../src/protocol.js";
import { spec, type TrainedWork } from "../../src/spec.js";
import { subjects } from "./models.js";

/** Reports of each step, for as many steps as are pulled. */
export async function training({ work, folder, threads, steps }: Request): Promise<AsyncGenerator<Report, void>> {
  const { model, loss, step: whole, parts } = subjects[work as TrainedWork]();
  const { data, batch, rows } = spec[work as TrainedWork];
  const { pictures, params } = readFixture(folder);
  const step =
    whole?.() ??
    trainStep({
      model,
      batch: { x: [batch, ...data] },
      loss: ({ x }, scope) => loss!(x, scope),
      optimizer: adam(spec.adam),
    });
  const runtime = await node({ threads });
  const store = await runtime.init(model, { key: key(0) });
  const awaited = new Set(store.names().filter((name) => !name.includes(".norms."))); // norms start alike on every side
  for (const [name, { shape, data: values }] of params) {
    const [, part, leaf] = /^(.*)\.(weight|bias)$/.exec(name)!;
    const ours = `${parts[part!] ?? part!}.${leaf!}`;
    await store.write(ours, ndarray(values, shape));
    awaited.delete(ours);
  }
  if (awaited.size > 0)
    throw new Error(`expected a value for every parameter, got none for ${[...awaited].join(", ")}`);
  const pool = batches(arrays({ x: ndarray(pictures, [rows, ...data]) }), { size: batch });
  // `every` makes runs end where a turn ends.
  return fit(step, { runtime, store, data: pool, steps: Number.MAX_SAFE_INTEGER, key: key(1), every: steps });
}

export async function startTraining(request: Request): Promise<Work> {
  const reports = await training(request);
  return {
    async run(steps) {
      const losses: number[] = [];
      while (losses.length < steps) {
        const { value } = await reports.next();
        losses.push(value!.loss);
      }
      return losses;
    },
  };
}
