/** @file The options of the diffusion recipe; every process, target and sampler by its name. */
import { PROCESSES, SAMPLERS, SPACINGS, TARGETS, WEIGHTINGS } from "@gen/diffusion";
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
  attention: {
    kind: "integers",
    min: 1,
    appliesWhen: { network: "unet" },
    description:
      "Heights (of sounds lengths) at which all places attend to each other, as 14,7; its middle always does",
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
    appliesWhen: { objective: ["error", "bound"] },
    description: "What the network gives: velocity belongs to straight, edm to edm",
  },
  weighting: {
    kind: "choice",
    choices: namesOf(WEIGHTINGS),
    default: "simple",
    appliesWhen: { objective: ["error"] },
    description: "How levels of noise count",
  },
  objective: {
    kind: "choice",
    choices: ["error", "bound", "consistency"],
    default: "error",
    description:
      "What is learned: the target by squared error, the bound on −log p(x), or samples in one step (process edm)",
  },
  variance: {
    kind: "choice",
    choices: ["fixed", "learned"],
    default: "fixed",
    appliesWhen: { objective: ["error", "bound"] },
    description: "Of the steps back: learned ones make the bound tighter, and ddpm needs fewer steps",
  },
  selfCondition: {
    kind: "boolean",
    default: false,
    appliesWhen: { objective: ["error"] },
    description: "The network sees its last estimate; there is then no exact log p(x)",
  },
  coupling: {
    kind: "choice",
    choices: ["independent", "optimal-transport"],
    default: "independent",
    appliesWhen: { objective: ["error", "bound"] },
    description: "How noise is paired with rows in a batch",
  },
  offsetNoise: {
    kind: "number",
    default: 0,
    min: 0,
    appliesWhen: { objective: ["error", "bound"] },
    description: "Deviation of noise that a whole channel shares",
  },
  sampler: {
    kind: "choice",
    choices: namesOf(SAMPLERS),
    default: "dpm-solver-2m",
    appliesWhen: { objective: ["error", "bound"] },
    description: "How samples are drawn",
  },
  spacing: {
    kind: "choice",
    choices: namesOf(SPACINGS),
    description: "Where its steps lie; trailing unless given, karras for the process edm",
  },
  samplerSteps: { kind: "integer", default: 25, min: 1, description: "Its steps, for the run's pictures" },
  conditional: { kind: "boolean", default: false, description: "Condition on the class, where the data has classes" },
  words: {
    kind: "boolean",
    default: false,
    description: "Condition on the words of names, where the data has them: emoji, files of a folder",
  },
  attendWords: {
    kind: "boolean",
    default: false,
    appliesWhen: { words: true, network: ["auto", "dit"] },
    description: "dit attends to each word; without, it is told their mean",
  },
  guidance: {
    kind: "number",
    default: 1,
    min: 0,
    description: "Weight of class and words in the run's pictures",
  },
  guidanceLow: {
    kind: "number",
    min: 0,
    description: "Guide only where the noise σ is above this; below it the condition alone is followed",
  },
  guidanceHigh: { kind: "number", above: 0, description: "Guide only where the noise σ is at most this" },
  rescale: {
    kind: "number",
    default: 0,
    min: 0,
    max: 1,
    description: "How far guided estimates are brought back to the spread of those without",
  },
  threshold: {
    kind: "number",
    above: 0,
    max: 1,
    description: "Bring estimates of pictures into their range by this percentile, as 0.995",
  },
  repeats: {
    kind: "integer",
    default: 1,
    min: 1,
    description:
      "How often each step is taken where a part is filled in: more fit what is new to what is known (RePaint)",
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
