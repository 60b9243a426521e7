/** @file Options with every kind of field, for the tests of this folder. */
import { defineOptions } from "../../src/schema/schema.js";

export const options = defineOptions({
  latentDim: { kind: "integer", default: 20, min: 1, description: "Size of the latent space" },
  learningRate: { kind: "number", default: 1e-3, above: 0, description: "Step size of the optimizer" },
  hidden: { kind: "integers", default: [400], min: 1, description: "Units of each hidden layer" },
  likelihood: {
    kind: "choice",
    choices: ["bernoulli", "gaussian", "logistic"],
    default: "bernoulli",
    description: "Distribution of a pixel given the latent variables",
  },
  scale: {
    kind: "number",
    default: 0.1,
    above: 0,
    max: 10,
    unit: "intensity",
    appliesWhen: { likelihood: ["gaussian", "logistic"] },
    description: "Standard deviation of a pixel",
  },
  augment: { kind: "boolean", default: false, description: "Shift the pictures a little" },
  shift: { kind: "integer", default: 2, unit: "pixels", appliesWhen: { augment: true }, description: "How far" },
  shuffle: { kind: "boolean", default: true, description: "Take the rows in a new order each epoch" },
  note: { kind: "string", description: "Kept with the run" },
  out: { kind: "path", required: true, description: "Where the result goes" },
});
