/** @file PixelCNN of `@gen/autoregressive`. */
import { samplePixels } from "@gen/autoregressive";
import { inference } from "@gen/core";
import { pixelDraws, pixels, pixelSizes } from "../../src/works/pixels.js";
import { startSampling } from "./sampling.js";
import { stepOf } from "./subject.js";
import { startTraining } from "./training.js";

const { batch: n } = pixelDraws;

export const pictures = {
  pixelcnn: startTraining(({ rows }) => {
    const model = pixels();
    const { batch } = pixelSizes;
    return { model, batch, step: stepOf(model, rows, { batch, of: (x, scope) => model.loss({ x }, scope) }) };
  }),
  "pixelcnn-sample": startSampling(() => {
    const model = pixels();
    return { model, program: samplePixels(model, { n }) };
  }),
  "pixelcnn-sample recomputed": startSampling(() => {
    const model = pixels();
    const program = inference(model, {}, (_, scope) => ({ samples: model.sample(n, { scope, recompute: true }) }));
    return { model, program };
  }),
};
