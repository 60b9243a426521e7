/** @file One coordinate after the other: a masked network with mixtures of normal laws. */
import { trainStep } from "@gen/core";
import { Made, sampleVectors, vectorFiles, vectorNats } from "@gen/autoregressive";
import { optimizerOf, rowsOf, SAMPLES, type Family } from "../course.js";

export const autoregressive: Family = {
  id: "autoregressive",
  name: "Autoregressive",
  equation: "log p(x) = log p(x₁) + log p(x₂ | x₁)",
  paper: "Germain et al. 2015",
  lossLabel: "−log p(x), nats",
  densityLabel: "exact",
  course(points, settings, key) {
    const model = new Made({ dim: 2, hidden: [64, 64], components: 12 });
    return {
      model,
      step: trainStep({
        model,
        batch: { x: [settings.batch, 2] },
        loss: ({ x }, scope) => model.loss(x, scope),
        optimizer: optimizerOf(settings),
      }),
      data: rowsOf(points, settings, key),
      samples: { program: sampleVectors(model, { n: SAMPLES }), output: "samples" },
      logDensity: (n) => vectorNats(model, { n }),
      files: () => vectorFiles(model),
    };
  },
};
