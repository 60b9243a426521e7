/** @file The options of the variational autoencoder on the command line, and the model and the optimizer that they choose. */
import { GenError } from "@gen/core";
import type { Table } from "@gen/core/codec";
import { adam, chain, clipByGlobalNorm, cosine, linear, warmUp, type Optimizer } from "@gen/core/optim";
import {
  autoregressivePrior,
  bernoulliLikelihood,
  convolutional,
  dense,
  discretisedLogisticLikelihood,
  elbo,
  gaussianLikelihood,
  iwae,
  miwae,
  mixturePrior,
  tableLikelihood,
  Vae,
  vampPrior,
  type Objective,
  type VaeOptions,
} from "@gen/vae";
import { defineOptions, type OptionsOf } from "../schema/schema.js";

export const vaeOptions = defineOptions({
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
    choices: ["auto", "bernoulli", "gaussian", "discretised-logistic"],
    default: "auto",
    description:
      "Distribution of a pixel given z; auto is bernoulli for pictures, and for tables each column by its kind",
  },
  prior: {
    kind: "choice",
    choices: ["normal", "mixture", "vamp", "autoregressive"],
    default: "normal",
    description:
      "Distribution of z: the standard normal one, or a learned one: a mixture, posteriors of learned pictures, one number after the other",
  },
  components: {
    kind: "integer",
    default: 100,
    min: 1,
    appliesWhen: { prior: ["mixture", "vamp"] },
    description: "Normal distributions that a learned prior is a mixture of",
  },
  objective: {
    kind: "choice",
    choices: ["elbo", "iwae", "miwae"],
    default: "elbo",
    description: "Bound on log p(x) to train by; the importance-weighted ones are tighter, and slower",
  },
  draws: {
    kind: "integer",
    default: 5,
    min: 1,
    appliesWhen: { objective: ["iwae", "miwae"] },
    description: "Draws of z for each row in an importance-weighted bound",
  },
  bounds: {
    kind: "integer",
    default: 4,
    min: 1,
    appliesWhen: { objective: "miwae" },
    description: "Importance-weighted bounds for each row, of which the mean is taken",
  },
  beta: { kind: "number", default: 1, min: 0, description: "Weight of the KL term; 1 is the bound itself" },
  betaWarmUp: {
    kind: "integer",
    default: 0,
    min: 0,
    unit: "steps",
    description: "Steps over which the weight of the KL term rises from 0",
  },
  freeBits: {
    kind: "number",
    default: 0,
    min: 0,
    unit: "nats",
    appliesWhen: { objective: "elbo" },
    description: "KL that costs nothing: of each latent number, or of z as a whole with a learned prior",
  },
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

export type VaeChoices = OptionsOf<typeof vaeOptions>;

const likelihoods = {
  auto: bernoulliLikelihood,
  bernoulli: bernoulliLikelihood,
  gaussian: gaussianLikelihood,
  "discretised-logistic": discretisedLogisticLikelihood,
};

export function optimizerOf({ learningRate, schedule, clip }: VaeChoices, steps: number): Optimizer {
  const risesAndFalls = warmUp(cosine(learningRate, { steps }), { steps: Math.ceil(steps / 20) });
  const optimizer = adam({ learningRate: schedule === "cosine" ? risesAndFalls : learningRate });
  return clip === undefined ? optimizer : chain(clipByGlobalNorm(clip), optimizer);
}

type Bound = Pick<VaeChoices, "objective" | "draws" | "bounds">;

const objectives = {
  elbo: () => elbo(),
  iwae: ({ draws }: Bound) => iwae({ k: draws }),
  miwae: ({ draws, bounds }: Bound) => miwae({ m: bounds, k: draws }),
};

/** The bound to train by. */
export function objectiveOf(chosen: Bound): Objective {
  return objectives[chosen.objective](chosen);
}

const priors: Readonly<Record<VaeChoices["prior"], (chosen: VaeChoices) => Pick<VaeOptions, "prior">>> = {
  normal: () => ({}),
  mixture: ({ components }) => ({ prior: mixturePrior({ components }) }),
  vamp: ({ components }) => ({ prior: vampPrior({ components }) }),
  autoregressive: () => ({ prior: autoregressivePrior() }),
};

export function modelOf(
  chosen: VaeChoices,
  { shape, table, classes }: { readonly shape: readonly number[]; readonly table?: Table; readonly classes: number },
): Vae {
  const { latentDim, beta, betaWarmUp, freeBits, architecture, hidden, channels, activation, likelihood, conditional } =
    chosen;
  if (conditional && classes === 0) {
    throw new GenError("option", "vae: expected data with classes for --conditional, got data without", {
      fix: "leave out --conditional",
    });
  }
  if (table !== undefined && (likelihood !== "auto" || architecture !== "dense")) {
    const [flag, value] = architecture === "dense" ? ["likelihood", likelihood] : ["architecture", architecture];
    throw new GenError("option", `vae: expected pictures for --${flag} ${value}, got a table`, {
      fix: `leave out --${flag}`,
    });
  }
  return new Vae({
    shape,
    codec: table,
    latentDim,
    beta: betaWarmUp === 0 ? beta : linear(0, { steps: betaWarmUp, end: beta }),
    ...(chosen.objective === "elbo" && { freeBits }),
    objective: objectiveOf(chosen),
    ...priors[chosen.prior](chosen),
    classes: conditional ? classes : 0,
    architecture: architecture === "dense" ? dense({ hidden, activation }) : convolutional({ channels, activation }),
    likelihood: table === undefined ? likelihoods[likelihood]() : tableLikelihood(table),
  });
}
