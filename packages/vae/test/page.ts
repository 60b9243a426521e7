/** @file What a browser must do as Node does: a training, an export, samples of the exported model. */
import { batches, fit, key, trainStep, type Runtime } from "@gen/core";
import { exportFiles } from "@gen/core/onnx";
import { adam } from "@gen/core/optim";
import { openModel, type Ort } from "@gen/core/sample";
import { exportedFiles } from "../src/index.js";
import { bars, tinyVae } from "./pictures.js";

export interface Run {
  /** Of twenty steps. */
  readonly losses: readonly number[];
  /** What the exported sampler draws from the model as it was before the first step. */
  readonly samples: readonly number[];
}

export async function trainAndSample(runtime: Runtime, ort: Ort): Promise<Run> {
  const vae = tinyVae();
  const step = trainStep({
    model: vae,
    batch: { x: { shape: [16, 1, 4, 4], dtype: "u8" } },
    loss: (batch, scope) => vae.loss(batch, scope),
    optimizer: adam({ learningRate: 1e-2 }),
  });
  using store = await runtime.init(vae, { key: key(0) });

  const files = await exportFiles(
    { family: "vae", name: "bars", files: { sampler: exportedFiles(vae)["sampler"]! } },
    { runtime, store },
    [],
  );
  const model = await openModel((name) => Promise.resolve(files.get(name)!), ort);
  const samples = await model.sample({ seed: 5, n: 3 });
  await model.close();

  const losses: number[] = [];
  const data = batches(bars(), { size: 16, key: key(1) });
  for await (const { loss } of fit(step, { runtime, store, data, steps: 20, key: key(2) })) losses.push(loss);
  return { losses, samples: Array.from(samples.data, Number) };
}
