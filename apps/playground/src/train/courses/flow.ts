/** @file A neural spline flow of the plane. */
import { trainStep } from "@gen/core";
import { exportedFiles, logProb, nsf, sample } from "@gen/flow";
import { optimizerOf, rowsOf, SAMPLES, type Family } from "../course.js";

export const flow: Family = {
  id: "flow",
  name: "Normalizing flow",
  equation: "log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x|",
  paper: "Durkan et al. 2019",
  lossLabel: "−log p(x), nats",
  densityLabel: "exact",
  course(points, settings, key) {
    const model = nsf({ dim: 2, hidden: [48, 48] });
    return {
      model,
      step: trainStep({
        model,
        batch: { x: [settings.batch, 2] },
        loss: (batch, scope) => model.loss(batch, scope),
        optimizer: optimizerOf(settings),
      }),
      data: rowsOf(points, settings, key),
      samples: { program: sample(model, { n: SAMPLES }), output: "samples" },
      logDensity: (n) => logProb(model, { n }),
      files: () => exportedFiles(model, { x: "points of the plane" }),
    };
  },
};
