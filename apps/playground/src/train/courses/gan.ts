/** @file Two players over the plane: the non-saturating losses with the R1 penalty. */
import { dense, exportedFiles, game, Gan, nonSaturating, r1, sample } from "@gen/gan";
import { adam } from "@gen/core/optim";
import { rowsOf, SAMPLES, type Family } from "../course.js";

export const gan: Family = {
  id: "gan",
  name: "GAN",
  equation: "min_G max_D E[log D(x)] + E[log(1 − D(G(z)))] − ½γ E‖∇D(x)‖²",
  paper: "Goodfellow et al. 2014",
  lossLabel: "discriminator's loss, nats",
  course(points, settings, key) {
    const model = new Gan({
      shape: [2],
      latentDim: 8,
      architecture: dense({ hidden: [64, 64] }),
      loss: nonSaturating(),
      penalties: [r1({ weight: 0.05 })],
    });
    const optimizer = adam({ learningRate: settings.learningRate, beta1: 0, beta2: 0.99 });
    return {
      model,
      step: game(model, { batch: settings.batch, optimizers: { discriminator: optimizer, generator: optimizer } }),
      data: rowsOf(points, settings, key),
      samples: { program: sample(model, { n: SAMPLES }), output: "samples" },
      files: () => exportedFiles(model, { x: "points of the plane" }),
    };
  },
};
