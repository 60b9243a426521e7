/** @file A flow of the plane; splines, unless told otherwise. */
import { flowModelOptions, flowOf } from "@gen/cli/options";
import { trainStep } from "@gen/core";
import { Affine } from "@gen/core/codec";
import { exportedFiles, logProb, sample } from "@gen/flow";
import { formOf } from "../../form/form.js";
import { optimizerOf, rowsOf, SAMPLES, toldTo, type Family } from "../course.js";
import { FLOW } from "../facts.js";

const form = formOf(flowModelOptions, {
  model: ["nsf", "nsf-autoregressive", "realnvp", "nice", "iaf", "cnf"],
  depth: 4,
  hidden: [48, 48],
});
const AS_IT_IS = new Affine({ shape: [2], scale: 1 });

export const flow: Family = {
  ...FLOW,
  name: "Normalizing flow",
  densityLabel: "exact",
  form,
  course(points, settings, key) {
    const parts = { codec: AS_IT_IS, contextCodec: undefined, classes: 0 };
    const model = flowOf(toldTo("flow", form, settings), parts);
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
