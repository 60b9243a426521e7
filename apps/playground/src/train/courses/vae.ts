/** @file A variational autoencoder of the plane. */
import { objectiveOf, vaeOptions } from "@gen/cli/options";
import { trainStep } from "@gen/core";
import { Affine } from "@gen/core/codec";
import { dense, exportedFiles, gaussianLikelihood, logProb, sample, Vae } from "@gen/vae";
import { formOf } from "../../form/form.js";
import { optimizerOf, rowsOf, SAMPLES, toldTo, type Family } from "../course.js";
import { VAE, VAE_BOUNDS } from "../facts.js";

const form = formOf(vaeOptions, {
  latentDim: 2,
  hidden: [64, 64],
  activation: ["silu", "relu", "gelu", "elu", "tanh"],
  ...VAE_BOUNDS,
});

export const vae: Family = {
  ...VAE,
  name: "VAE",
  densityLabel: "importance-sampled, 64 draws",
  form,
  course(points, settings, key) {
    const chosen = toldTo("vae", form, settings);
    const { latentDim, hidden, activation, beta } = chosen;
    const model = new Vae({
      shape: [2],
      latentDim,
      beta,
      objective: objectiveOf(chosen),
      architecture: dense({ hidden, activation }),
      likelihood: gaussianLikelihood({ std: 0.12 }),
      codec: new Affine({ shape: [2], scale: 1 }), // coordinates as they are
    });
    return {
      model,
      step: trainStep({
        model,
        batch: { x: [settings.batch, 2] },
        loss: (batch, scope) => model.loss(batch, scope),
        optimizer: optimizerOf(settings),
      }),
      data: rowsOf(points, settings, key),
      samples: { program: sample(model, { n: SAMPLES, draw: "sample" }), output: "samples" },
      logDensity: (n) => logProb(model, { n, k: 64 }),
      files: () => exportedFiles(model),
    };
  },
};
