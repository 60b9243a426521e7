/** @file One coordinate after the other: a masked network with mixtures of normal laws. */
import { madeOptions } from "@gen/cli/options";
import { trainStep } from "@gen/core";
import { Made, sampleVectors, vectorFiles, vectorNats } from "@gen/autoregressive";
import { formOf } from "../../form/form.js";
import { optimizerOf, rowsOf, SAMPLES, toldTo, type Family } from "../course.js";

const form = formOf(madeOptions, { components: 12, hidden: 64, layers: 2, orders: 1 }, { law: "mixture" });

export const autoregressive: Family = {
  id: "autoregressive",
  name: "Autoregressive",
  equation: "log p(x) = log p(x₁) + log p(x₂ | x₁)",
  paper: "Germain et al. 2015",
  lossLabel: "−log p(x), nats",
  densityLabel: "exact",
  form,
  course(points, settings, key) {
    const { hidden, layers, components, orders } = toldTo("autoregressive", form, settings);
    const model = new Made({ dim: 2, hidden: new Array<number>(layers).fill(hidden), components, orders });
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
