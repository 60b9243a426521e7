/** @file Flow matching in the plane: from noise to data along straight lines. */
import { trainStep } from "@gen/core";
import { Diffusion, diffusionLoss, exportedFiles, fields, logProb, MlpNetwork, sample, straight } from "@gen/diffusion";
import { optimizerOf, rowsOf, SAMPLES, type Family } from "../course.js";

export const diffusion: Family = {
  id: "diffusion",
  name: "Diffusion",
  equation: "min E‖v(x_t, t) − (x − ε)‖²,  x_t = (1 − t) x + t ε",
  paper: "Lipman et al. 2023",
  lossLabel: "squared error of the velocity",
  densityLabel: "of the probability flow, 100 steps",
  course(points, settings, key) {
    const model = new Diffusion({
      network: new MlpNetwork({ dim: 2, width: 96 }),
      process: straight(),
      target: "velocity",
    });
    return {
      model,
      step: trainStep({
        model,
        batch: fields(model, { n: settings.batch }),
        loss: (batch, scope) => diffusionLoss(model, batch, { scope }),
        optimizer: optimizerOf(settings),
      }),
      data: rowsOf(points, settings, key),
      samples: { program: sample(model, { n: SAMPLES, steps: 24, sampler: "heun" }), output: "samples" },
      logDensity: (n) => logProb(model, { n, steps: 100, trace: "exact" }),
      files: () => exportedFiles(model, { x: "points of the plane", sampler: "heun" }),
    };
  },
};
