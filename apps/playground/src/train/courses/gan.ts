/** @file Two players over the plane: unless told otherwise, the non-saturating losses with the R1 penalty. */
import { ganOf, ganOptions } from "@gen/cli/options";
import { exportedFiles, game, sample } from "@gen/gan";
import { adam } from "@gen/core/optim";
import { formOf } from "../../form/form.js";
import { rowsOf, SAMPLES, toldTo, type Family } from "../course.js";

const form = formOf(ganOptions, {
  loss: ["non-saturating", "minimax", "least-squares", "hinge", "wasserstein", "relativistic"],
  penalty: ["r1", "none", "r2", "gradient-penalty", "dragan", "lecam"],
  penaltyWeight: 0.05,
  hidden: [64, 64],
  spectral: false,
  latentDim: 8,
  prior: ["normal", "uniform"],
  updates: 1,
});

export const gan: Family = {
  id: "gan",
  name: "GAN",
  equation: "min_{G} max_{D} E[log D(x)] + E[log(1 − D(G(z)))] − ½γ E‖∇D(x)‖²",
  paper: "Goodfellow et al. 2014",
  lossLabel: "discriminator's loss, nats",
  form,
  course(points, settings, key) {
    const chosen = toldTo("gan", form, settings);
    const model = ganOf(chosen, { shape: [2], isPicture: false, classes: 0 });
    const optimizer = adam({ learningRate: settings.learningRate, beta1: 0, beta2: 0.99 });
    return {
      model,
      step: game(model, {
        batch: settings.batch,
        optimizers: { discriminator: optimizer, generator: optimizer },
        updates: { discriminator: chosen.updates },
      }),
      data: rowsOf(points, settings, key),
      samples: { program: sample(model, { n: SAMPLES }), output: "samples" },
      files: () => exportedFiles(model, { x: "points of the plane" }),
    };
  },
};
