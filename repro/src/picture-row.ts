/** @file A row of the ledger: a class-conditional diffusion model of pictures, trained, then measured from its file of weights. */
import type { Dataset } from "@gen/core";
import { datasets } from "@gen/data/node";
import { exportedFiles } from "@gen/diffusion";
import type { BuiltIn } from "@gen/eval/node";
import { measureDiffusion, type MeasureOptions } from "./diffusion-measure.js";
import { drawnSamples, trainDiffusion, type DiffusionTraining } from "./diffusion-row.js";
import { openWeights } from "./place.js";
import type { Row } from "./row.js";

export interface PictureRowOptions extends Omit<DiffusionTraining, "data">, Pick<MeasureOptions, "agreement" | "ways"> {
  readonly data: (split: "train" | "test") => Promise<Dataset>;
  /** Whose features samples are compared in. */
  readonly features: BuiltIn;
  readonly classes: number;
  /** What the leaderboard calls the network. */
  readonly network: string;
  readonly notes: string;
}

export function pictureRow({
  notes,
  network,
  ...options
}: PictureRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split:
      "the training rows to learn, 2,048 random test rows to measure; real against real: 2,048 training rows against them",
    choosesDevice: true,
    isRelay: true,
    train: async (given) => {
      const trained = await trainDiffusion({ ...options, data: () => options.data("train") }, given);
      return { ...(await measureDiffusion({ ...options, ...given })), ...trained, notes };
    },
    check: async () => (await measureDiffusion(options)).measured,
    exported: () => ({
      family: "diffusion",
      files: exportedFiles(options.model),
      codec: options.model.codec?.describe().spec,
      data: datasets[options.features].description,
      licence: datasets[options.features].licence,
    }),
    contestant: {
      set: options.features,
      name: `diffusion, ${network} with classes, DPM-Solver++, 15 steps`,
      classes: options.classes,
      async *samples(count) {
        const { runtime, store } = await openWeights(options.id);
        const { model, classes } = options;
        yield (await drawnSamples(model, { sampler: "dpm-solver-2m", steps: 15, runtime, store, classes, count })).x;
        await runtime.close();
      },
    },
  };
}
