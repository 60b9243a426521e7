/** @file The variational autoencoder as a recipe: its options, and what it offers to the commands. */
import { batches, GenError, trainStep, type BatchSpec } from "@gen/core";
import { adam, chain, clipByGlobalNorm, cosine, warmUp, type Optimizer } from "@gen/core/optim";
import {
  bernoulliLikelihood,
  bound,
  convolutional,
  dense,
  discretisedLogisticLikelihood,
  exportedFiles,
  gaussianLikelihood,
  Vae,
  type VaeBatch,
} from "@gen/vae";
import { defineRecipe, type PrepareContext, type Trainable } from "../recipe.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";
import { pick } from "../sources/views.js";
import { logProbability, logProbabilityOptions } from "./vae-evaluation.js";
import { vaePictures } from "./vae-pictures.js";

const options = defineOptions({
  latentDim: { kind: "integer", default: 20, min: 1, description: "Dimensions of the latent z" },
  architecture: {
    kind: "choice",
    choices: ["dense", "convolutional"],
    default: "dense",
    description: "Encoder and decoder",
  },
  hidden: {
    kind: "integers",
    default: [400],
    min: 1,
    unit: "units",
    appliesWhen: { architecture: "dense" },
    description: "Hidden layers of the encoder; the decoder's are the same, reversed",
  },
  channels: {
    kind: "integers",
    default: [32, 64],
    min: 1,
    appliesWhen: { architecture: "convolutional" },
    description: "Channels after each convolution, which halves height and width",
  },
  activation: {
    kind: "choice",
    choices: ["relu", "silu", "gelu", "elu", "tanh"],
    default: "relu",
    description: "Between the layers",
  },
  likelihood: {
    kind: "choice",
    choices: ["bernoulli", "gaussian", "discretised-logistic"],
    default: "bernoulli",
    description: "Distribution of a pixel given z",
  },
  beta: { kind: "number", default: 1, min: 0, description: "Weight of the KL term; 1 is the bound itself" },
  conditional: { kind: "boolean", default: false, description: "Condition on the class, where the data has classes" },
  learningRate: { kind: "number", default: 1e-3, above: 0, description: "Step size of Adam" },
  clip: { kind: "number", above: 0, description: "Longest gradient, over all parameters; any unless given" },
  schedule: {
    kind: "choice",
    choices: ["constant", "cosine"],
    default: "constant",
    description:
      "The step size as time goes by: as it is, or rising over a twentieth of the steps, then falling to nothing",
  },
});

type Options = OptionsOf<typeof options>;

const likelihoods = {
  bernoulli: bernoulliLikelihood,
  gaussian: gaussianLikelihood,
  "discretised-logistic": discretisedLogisticLikelihood,
};

/** Rows that are measured at once. */
const CHUNK = 250;

const NELBO = "Negative ELBO";

export const vaeRecipe = defineRecipe({
  family: "vae",
  name: "vae",
  summary: "Variational autoencoder: learns to draw, to encode, and a bound on log p(x)",
  options,
  evaluation: {
    options: logProbabilityOptions,
    metrics: { logProb: { label: "−log p(x), importance-sampled", unit: "nats", better: "lower" } },
  },
  prepare,
});

function prepare(
  chosen: Options,
  { data, batchSize, steps, key: order }: PrepareContext,
): Trainable<typeof logProbabilityOptions.fields> {
  const { x } = data.train.fields;
  if (x?.dtype !== "u8" || x.shape.length !== 3) {
    throw new GenError(
      "data",
      `vae: expected pictures, a field x of u8 [C, H, W], got ${Object.keys(data.train.fields).join(", ")}`,
      {
        fix: "choose another data set, or write a recipe for this one",
      },
    );
  }
  const vae = modelOf(chosen, { shape: x.shape, classes: data.classes?.length ?? 0 });
  const names = vae.classes === 0 ? ["x"] : ["x", "label"];
  const pictures = vaePictures(vae, pick(data.validation, names));
  const batch: BatchSpec = Object.fromEntries(
    names.map((name) => {
      const { dtype, shape } = data.train.fields[name]!;
      return [name, { dtype, shape: [batchSize, ...shape] }];
    }),
  );
  return {
    model: vae,
    step: trainStep({
      model: vae,
      batch,
      loss: (rows, scope) => vae.loss(rows as unknown as VaeBatch, scope),
      optimizer: optimizerOf(chosen, steps),
    }),
    batches: batches(pick(data.train, names), { size: batchSize, key: order }),
    loss: { label: chosen.beta === 1 ? NELBO : "Loss", unit: "nats" },
    validation: bound(vae, { n: CHUNK, pixels: "u8" }),
    metrics: {
      nats: { label: NELBO, unit: "nats", better: "lower" },
      bitsPerDim: { label: NELBO, unit: "bits/dim", better: "lower" },
    },
    heldOut: (split) => pick(data[split], names),
    pictures,
    evaluate: (live, request) => logProbability(vae, live, request),
    files: exportedFiles(vae),
  };
}

function optimizerOf({ learningRate, schedule, clip }: Options, steps: number): Optimizer {
  const risesAndFalls = warmUp(cosine(learningRate, { steps }), { steps: Math.ceil(steps / 20) });
  const optimizer = adam({ learningRate: schedule === "cosine" ? risesAndFalls : learningRate });
  return clip === undefined ? optimizer : chain(clipByGlobalNorm(clip), optimizer);
}

function modelOf(
  chosen: Options,
  { shape, classes }: { readonly shape: readonly number[]; readonly classes: number },
): Vae {
  const { latentDim, beta, architecture, hidden, channels, activation, likelihood, conditional } = chosen;
  if (conditional && classes === 0) {
    throw new GenError("option", "vae: expected data with classes for --conditional, got data without", {
      fix: "leave out --conditional",
    });
  }
  return new Vae({
    shape,
    latentDim,
    beta,
    classes: conditional ? classes : 0,
    architecture: architecture === "dense" ? dense({ hidden, activation }) : convolutional({ channels, activation }),
    likelihood: likelihoods[likelihood](),
  });
}
