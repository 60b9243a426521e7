/** @file Diffusion in the plane: unless told otherwise flow matching, from noise to data along straight lines. */
import { diffusionOptions } from "@gen/cli/options";
import { trainStep } from "@gen/core";
import {
  Diffusion,
  diffusionLoss,
  exportedFiles,
  fields,
  logProb,
  MlpNetwork,
  PROCESSES,
  sample,
} from "@gen/diffusion";
import { formOf } from "../../form/form.js";
import { optimizerOf, rowsOf, SAMPLES, toldTo, type Family } from "../course.js";

const form = formOf(diffusionOptions, {
  width: 96,
  depth: 3,
  process: ["straight", "cosine", "linear", "sigmoid", "edm"],
  target: ["velocity", "v", "epsilon", "data", "edm"],
  sampler: ["heun", "euler", "dpm-solver-2m", "uni-pc", "ddim", "ddpm"],
  samplerSteps: 24,
});

export const diffusion: Family = {
  id: "diffusion",
  name: "Diffusion",
  equation: "min E‖v(x_{t}, t) − (x − ε)‖²,  x_{t} = (1 − t) x + t ε",
  paper: "Lipman et al. 2023",
  lossLabel: "squared error of the target",
  densityLabel: "of the probability flow, 100 steps",
  form,
  course(points, settings, key) {
    const { width, depth, process, target, sampler, samplerSteps } = toldTo("diffusion", form, settings);
    const model = new Diffusion({
      network: new MlpNetwork({ dim: 2, width, depth }),
      process: PROCESSES[process](),
      target,
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
      samples: { program: sample(model, { n: SAMPLES, steps: samplerSteps, sampler }), output: "samples" },
      logDensity: (n) => logProb(model, { n, steps: 100, trace: "exact" }),
      files: () => exportedFiles(model, { x: "points of the plane", sampler }),
    };
  },
};
