/** @file Thirty steps of the toy, and what came of them. */
import { fit, key, type Runtime } from "../../src/index.js";
import { toyBatches, toyModel, toyStep } from "./toy.js";

/** The loss of each step, then the weights. */
export async function reports(runtime: Runtime): Promise<number[]> {
  const model = toyModel();
  using store = await runtime.init(model, { key: key(0) });
  const options = { runtime, store, data: toyBatches(), key: key(2), steps: 30 };
  const losses: number[] = [];
  for await (const { loss } of fit(toyStep(model, { noisy: true }), options)) losses.push(loss);
  const weights = await store.readAll((name) => name.startsWith("line."));
  return [...losses, ...Object.values(weights).flatMap(({ data }) => Array.from(data, Number))];
}
