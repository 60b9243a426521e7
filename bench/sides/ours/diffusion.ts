/** @file Diffusion models of `@gen/diffusion`; the sampler is a file that onnxruntime-node runs without us. */
import { node } from "@gen/core/node";
import { exportFiles } from "@gen/core/onnx";
import { diffusionLoss, exportedFiles, type Diffusion } from "@gen/diffusion";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { readFixture } from "../../src/fixtures.js";
import type { Start } from "../../src/protocol.js";
import { dit, ditSizes, samplerSizes, unet, unetSizes } from "../../src/works/diffusion.js";
import { meanSquare } from "./sampling.js";
import { opened, stepOf } from "./subject.js";
import { startTraining } from "./training.js";

export const diffusions = {
  "diffusion-dit": trained(dit, ditSizes.batch),
  "diffusion-unet": trained(unet, unetSizes.batch),
  "diffusion-dit-sample": startSampler,
};

function trained(make: () => Diffusion, batch: number): Start {
  return startTraining(({ rows }) => {
    const model = make();
    return {
      model,
      batch,
      step: stepOf(model, rows, { batch, of: (x, scope) => diffusionLoss(model, { x }, { scope }) }),
    };
  });
}

async function startSampler({ folder, threads }: Parameters<Start>[0]): ReturnType<Start> {
  const model = dit();
  const runtime = await node({ threads });
  const store = await opened(runtime, readFixture(folder), { model });
  const { sampler } = exportedFiles(model);
  const files = await exportFiles(
    { family: "diffusion", name: "dit", files: { sampler: sampler! } },
    { runtime, store },
    [],
  );
  await runtime.close();
  const session = await InferenceSession.create(files.get("sampler.onnx")!, { intraOpNumThreads: threads });
  const whole = (value: number): Tensor => new Tensor("int64", BigInt64Array.of(BigInt(value)), []);
  let seed = 0;
  return {
    async run(steps) {
      const squares: number[] = [];
      for (let i = 0; i < steps; i++) {
        const feeds = { seed: whole(seed++), n: whole(samplerSizes.batch), steps: whole(samplerSizes.steps) };
        const { samples } = await session.run(feeds);
        squares.push(meanSquare(samples!.data as Float32Array));
      }
      return squares;
    },
  };
}
