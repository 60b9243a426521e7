/** @file A variational autoencoder of the plane, with as many latent numbers as there are coordinates. */
import { trainStep } from "@gen/core";
import { Affine } from "@gen/core/codec";
import { dense, exportedFiles, gaussianLikelihood, logProb, sample, Vae } from "@gen/vae";
import { optimizerOf, rowsOf, SAMPLES, type Family } from "../course.js";

export const vae: Family = {
  id: "vae",
  name: "VAE",
  equation: "log p(x) ≥ E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))",
  paper: "Kingma & Welling 2014",
  lossLabel: "negative bound, nats",
  densityLabel: "importance-sampled, 64 draws",
  course(points, settings, key) {
    const model = new Vae({
      shape: [2],
      latentDim: 2,
      architecture: dense({ hidden: [64, 64], activation: "silu" }),
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
