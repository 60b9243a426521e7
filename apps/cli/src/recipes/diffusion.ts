/** @file Diffusion models as a recipe: of pictures, of sounds, of points and of rows of tables. */
import { batches, trainStep } from "@gen/core";
import { adam, chain, clipByGlobalNorm, cosine, ema } from "@gen/core/optim";
import {
  consistencyLoss,
  ddpm,
  diffusionLoss,
  fields,
  rangeOf,
  type DiffusionBatch,
  type Process,
} from "@gen/diffusion";
import { defineRecipe, type PrepareContext, type Trainable } from "../recipe.js";
import type { Quantity } from "../report/about.js";
import { aboutModel, modelOf, type Options } from "./diffusion-model.js";
import { diffusionOptions } from "./diffusion-options.js";
import type { ShownOptions } from "./diffusion-pictures.js";

export const diffusionRecipe = defineRecipe({
  family: "diffusion",
  name: "diffusion",
  summary: "Diffusion or flow matching: samples, guided by the class, of pictures, sounds, points or rows of tables",
  options: diffusionOptions,
  drawing: [
    "sampler",
    "spacing",
    "samplerSteps",
    "guidance",
    "guidanceLow",
    "guidanceHigh",
    "rescale",
    "threshold",
    "repeats",
  ],
  prepare,
});

async function prepare(chosen: Options, { data, batchSize, steps, key: order }: PrepareContext): Promise<Trainable> {
  const made = await modelOf(chosen, data);
  const { model, pixels, masked, rows } = made;
  const { objective, weighting, coupling, offsetNoise } = chosen;
  const options = { weighting, coupling, offsetNoise, ...(objective === "bound" && { objective }) };
  return {
    model,
    step: trainStep({
      model,
      batch: fields(model, { n: batchSize, pixels, masked }),
      loss: (batch, scope) => {
        const given = batch as unknown as DiffusionBatch;
        return objective === "consistency"
          ? consistencyLoss(model, given, { scope })
          : diffusionLoss(model, given, { options, scope });
      },
      optimizer: chain(clipByGlobalNorm(chosen.clip), adam({ learningRate: cosine(chosen.learningRate, { steps }) })),
      average: ema({ decay: chosen.average }),
    }),
    from: "ema",
    batches: batches(rows("train"), { size: batchSize, key: order }),
    loss: LOSSES[objective],
    ...(await aboutModel(made, { ...chosen, how: drawingOf(chosen, model.process) })),
  };
}

const LOSSES: Readonly<Record<Options["objective"], Quantity>> = {
  error: { label: "Squared error of the target", unit: "" },
  bound: { label: "Bound on −log p, as the network sees rows", unit: "nats" },
  consistency: { label: "Distance between neighbouring estimates", unit: "" },
};

/** How samples are drawn, but for the steps and the weight of the condition. */
function drawingOf(
  { objective, sampler, variance, spacing, ...guiding }: Options,
  process: Process,
): ShownOptions["how"] {
  const named = objective === "consistency" ? "consistency" : sampler;
  const { rescale, threshold, guidanceLow, guidanceHigh } = guiding;
  const isEverywhere = guidanceLow === undefined && guidanceHigh === undefined;
  return {
    sampler: named === "ddpm" ? ddpm({ variance: variance === "learned" ? "learned" : "small" }) : named,
    ...(spacing !== undefined && { spacing }),
    guidance: {
      rescale,
      threshold,
      ...(!isEverywhere && { interval: [guidanceLow ?? 0, guidanceHigh ?? rangeOf(process)[1]] }),
    },
  };
}
