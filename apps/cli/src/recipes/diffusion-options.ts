/** @file The options of the diffusion recipe; every process, target and sampler by its name. */
import { PROCESSES, SAMPLERS, TARGETS, WEIGHTINGS } from "@gen/diffusion";
import { defineOptions } from "../schema/schema.js";

/** Names in the type of the record that they are from. */
const namesOf = <T extends object>(record: T): (keyof T & string)[] => Object.keys(record) as (keyof T & string)[];

export const diffusionOptions = defineOptions({
  network: {
    kind: "choice",
    choices: ["auto", "mlp", "dit", "unet"],
    default: "auto",
    description: "What denoises: mlp for rows and points, dit for pictures, unet for pictures and sounds",
  },
  width: { kind: "integer", default: 128, min: 32, description: "Width of the network; a multiple of 32" },
  depth: {
    kind: "integer",
    default: 4,
    min: 1,
    appliesWhen: { network: ["auto", "mlp", "dit"] },
    description: "Its blocks",
  },
  patch: {
    kind: "integer",
    default: 4,
    min: 1,
    unit: "pixels",
    appliesWhen: { network: ["auto", "dit"] },
    description: "Side of a patch of dit; divides height and width",
  },
  process: {
    kind: "choice",
    choices: namesOf(PROCESSES),
    default: "cosine",
    description: "How data become noise; straight is flow matching",
  },
  target: {
    kind: "choice",
    choices: namesOf(TARGETS),
    default: "v",
    description: "What the network gives: velocity belongs to straight",
  },
  weighting: {
    kind: "choice",
    choices: namesOf(WEIGHTINGS),
    default: "simple",
    description: "How levels of noise count",
  },
  coupling: {
    kind: "choice",
    choices: ["independent", "optimal-transport"],
    default: "independent",
    description: "How noise is paired with rows in a batch",
  },
  offsetNoise: { kind: "number", default: 0, min: 0, description: "Deviation of noise that a whole channel shares" },
  sampler: {
    kind: "choice",
    choices: namesOf(SAMPLERS),
    default: "dpm-solver-2m",
    description: "How samples are drawn",
  },
  samplerSteps: { kind: "integer", default: 25, min: 1, description: "Its steps, for the run's pictures" },
  conditional: { kind: "boolean", default: false, description: "Condition on the class, where the data has classes" },
  words: {
    kind: "boolean",
    default: false,
    description: "Condition on the words of names, where the data has them: emoji, files of a folder",
  },
  guidance: {
    kind: "number",
    default: 1,
    min: 0,
    description: "Weight of class and words in the run's pictures",
  },
  learningRate: { kind: "number", default: 1e-3, above: 0, description: "Step size of Adam, which falls to nothing" },
  average: {
    kind: "number",
    default: 0.999,
    min: 0,
    below: 1,
    description: "Decay of the average of the weights, which is used",
  },
  clip: { kind: "number", default: 1, above: 0, description: "Longest gradient, over all parameters" },
});
