/** @file The options of adversarial networks on the command line, and the model and the game that they choose. */
import { GenError, showShape, type Shape } from "@gen/core";
import { adam, chain, clampParameters, clipByGlobalNorm, ema, type Optimizer } from "@gen/core/optim";
import {
  AutoencoderDiscriminator,
  began,
  consistency,
  dcgan,
  dense,
  diffAugment,
  dragan,
  energyBased,
  featureMatching,
  Gan,
  gradientPenalty,
  hinge,
  leastSquares,
  leCam,
  line,
  minimax,
  nonSaturating,
  pathLength,
  r1,
  r2,
  relativistic,
  resnet,
  wasserstein,
  type Architecture,
  type GameOptions,
  type GanOptions,
  type Penalty,
} from "@gen/gan";
import { defineOptions, type OptionsOf } from "../schema/schema.js";

const losses = {
  "non-saturating": () => nonSaturating(),
  minimax: () => minimax(),
  "least-squares": () => leastSquares(),
  hinge: () => hinge(),
  wasserstein: () => wasserstein(),
  relativistic: () => relativistic(),
  "energy-based": () => energyBased(),
  began: () => began(),
} as const;

const penalties = {
  none: () => [],
  r1: (weight?: number) => [r1(weighed(weight))],
  r2: (weight?: number) => [r2(weighed(weight))],
  "gradient-penalty": (weight?: number) => [gradientPenalty(weighed(weight))],
  dragan: (weight?: number) => [dragan(weighed(weight))],
  lecam: (weight?: number) => [leCam(weighed(weight))],
  consistency: (weight?: number) => [consistency({ augment: diffAugment(), ...weighed(weight) })],
  "feature-matching": (weight?: number) => [featureMatching(weighed(weight))],
  "path-length": (weight?: number) => [pathLength(weighed(weight))],
} as const satisfies Record<string, (weight?: number) => readonly Penalty[]>;

const weighed = (weight: number | undefined): { weight?: number } => (weight === undefined ? {} : { weight });

export const ganOptions = defineOptions({
  loss: {
    kind: "choice",
    choices: Object.keys(losses) as (keyof typeof losses)[],
    default: "non-saturating",
    description: "What the players are paid; energy-based and began make the discriminator an autoencoder",
  },
  penalty: {
    kind: "choice",
    choices: Object.keys(penalties) as (keyof typeof penalties)[],
    default: "r1",
    description: "What is added to a loss; penalties on slopes go with every loss",
  },
  penaltyWeight: {
    kind: "number",
    min: 0,
    appliesWhen: { penalty: Object.keys(penalties).filter((name) => name !== "none") },
    description: "Weight of the penalty; that of its paper unless given",
  },
  architecture: {
    kind: "choice",
    choices: ["dense", "dcgan", "resnet", "line"],
    default: "dense",
    description: "The players: dense for any rows, two for pictures, one for lines such as sound",
  },
  hidden: {
    kind: "integers",
    default: [256, 256],
    min: 1,
    unit: "units",
    appliesWhen: { architecture: "dense" },
    description: "Hidden layers of the generator; the discriminator's are the same, reversed",
  },
  channels: {
    kind: "integers",
    default: [32, 64],
    min: 1,
    appliesWhen: { architecture: ["dcgan", "line"] },
    description: "Channels of the discriminator, each of which halves height and width (a line: a quarter)",
  },
  width: {
    kind: "integer",
    default: 64,
    min: 1,
    appliesWhen: { architecture: "resnet" },
    description: "Channels of all residual blocks",
  },
  stages: {
    kind: "integer",
    default: 2,
    min: 1,
    appliesWhen: { architecture: "resnet" },
    description: "Blocks of the generator that double height and width, and of the discriminator that halve them",
  },
  attention: {
    kind: "integer",
    default: 0,
    min: 0,
    unit: "pixels",
    appliesWhen: { architecture: "resnet" },
    description: "Self-attention where pictures are this high; 0 for none",
  },
  batchNorm: {
    kind: "boolean",
    appliesWhen: { architecture: ["dense", "dcgan", "line"] },
    description: "Batch normalisation in the generator, --no-batch-norm for none; unless given of dcgan alone",
  },
  spectral: { kind: "boolean", default: false, description: "Spectral normalisation of the discriminator" },
  latentDim: { kind: "integer", default: 64, min: 1, description: "Numbers of noise" },
  prior: {
    kind: "choice",
    choices: ["normal", "uniform"],
    default: "normal",
    description: "Distribution of the noise",
  },
  conditioning: {
    kind: "choice",
    choices: ["none", "concatenate", "projection", "auxiliary"],
    default: "none",
    description:
      "Condition on the class, where the data has classes: beside the inputs, by projection, or by a classifier",
  },
  categories: {
    kind: "integers",
    min: 2,
    description: "Categorical codes of InfoGAN, by their sizes; none unless given",
  },
  codes: { kind: "integer", default: 0, min: 0, description: "Continuous codes of InfoGAN" },
  minibatch: { kind: "boolean", default: false, description: "Let the discriminator compare the rows of a batch" },
  augment: {
    kind: "boolean",
    default: false,
    description: "Augment all pictures before the discriminator, differentiably",
  },
  updates: {
    kind: "integer",
    default: 1,
    min: 1,
    description: "Updates of the discriminator for one of the generator",
  },
  learningRate: { kind: "number", default: 5e-4, above: 0, description: "Step size of Adam" },
  discriminatorRate: { kind: "number", above: 0, description: "That of the discriminator; the same unless given" },
  beta1: { kind: "number", default: 0, min: 0, below: 1, description: "Decay of Adam's first moment" },
  clip: { kind: "number", above: 0, description: "Longest gradient of a player; any unless given" },
  clipWeights: {
    kind: "number",
    above: 0,
    description: "Largest weight of the discriminator, as the first Wasserstein GAN",
  },
  ema: {
    kind: "number",
    default: 0.999,
    min: 0,
    below: 1,
    description: "Decay of the generator's running average, which is used",
  },
  extractor: {
    kind: "choice",
    choices: ["auto", "none", "mnist", "glyphs"],
    default: "auto",
    description:
      "Features in which samples are compared with data; auto: of grey 28 × 28 pictures, mnist where there are ten classes, glyphs otherwise; none: the numbers of the rows",
  },
});

export type GanChoices = OptionsOf<typeof ganOptions>;

/** Whether the discriminator of a loss is a trunk with heads; with the others it is an autoencoder. */
export function hasHeads(loss: GanChoices["loss"]): boolean {
  return loss !== "energy-based" && loss !== "began";
}

export interface GanRows {
  readonly shape: Shape;
  /** Of bytes: pictures. */
  readonly isPicture: boolean;
  readonly classes: number;
}

export function ganOf(
  chosen: GanChoices,
  { shape, isPicture, classes, codec }: GanRows & Pick<GanOptions, "codec">,
): Gan {
  const { conditioning, categories = [], codes, augment } = chosen;
  if (conditioning !== "none" && classes === 0) {
    throw new GenError("option", "gan: expected data with classes for --conditioning, got data without", {
      fix: "leave out --conditioning",
    });
  }
  if (augment && !isPicture) {
    throw new GenError("option", `gan: expected pictures for --augment, got rows ${showShape(shape)}`, {
      fix: "leave out --augment",
    });
  }
  const architecture = architectureOf(chosen);
  const isEnergy = !hasHeads(chosen.loss);
  if (
    isEnergy &&
    (conditioning === "projection" || conditioning === "auxiliary" || chosen.minibatch || categories.length + codes > 0)
  ) {
    throw new GenError(
      "option",
      `gan: expected a discriminator with heads, got the autoencoder of --loss ${chosen.loss}`,
      {
        fix: "choose another loss, or leave out --conditioning, --minibatch, --categories and --codes",
      },
    );
  }
  const conditional = conditioning === "none" ? 0 : classes;
  return new Gan({
    shape,
    latentDim: chosen.latentDim,
    prior: chosen.prior,
    architecture,
    loss: losses[chosen.loss](),
    penalties: penalties[chosen.penalty](chosen.penaltyWeight),
    ...(codec && { codec }),
    ...(augment && { augment: diffAugment() }),
    ...(conditioning !== "none" && { classes, conditioning }),
    ...(categories.length + codes > 0 && { codes: { categorical: categories, continuous: codes } }),
    ...(chosen.minibatch && { minibatch: {} }),
    ...(isEnergy && {
      discriminator: new AutoencoderDiscriminator({
        shape,
        architecture: architectureOf({ ...chosen, batchNorm: false }), // which would judge rows by each other
        classes: conditional,
      }),
    }),
  });
}

function architectureOf(chosen: GanChoices): Architecture {
  const { architecture, hidden, channels, width, stages, attention, spectral } = chosen;
  const { batchNorm = architecture === "dcgan" } = chosen;
  switch (architecture) {
    case "dense":
      return dense({ hidden, batchNorm, spectral });
    case "dcgan":
      return dcgan({ channels, batchNorm, discriminatorNorm: spectral ? "spectral" : "none" });
    case "resnet":
      return resnet({ channels: width, stages, halvings: stages, flat: 1, spectral, attention });
    case "line":
      return line({ channels, batchNorm, spectral });
  }
}

export function gameOf(chosen: GanChoices, rows: Pick<GameOptions, "batch" | "pixels">): GameOptions {
  const { learningRate, discriminatorRate = learningRate, beta1, clip, clipWeights } = chosen;
  const by = (rate: number): Optimizer[] => [
    ...(clip === undefined ? [] : [clipByGlobalNorm(clip)]),
    adam({ learningRate: rate, beta1, beta2: 0.99 }),
  ];
  return {
    ...rows,
    optimizers: {
      generator: chain(...by(learningRate)),
      discriminator: chain(
        ...by(discriminatorRate),
        ...(clipWeights === undefined ? [] : [clampParameters(clipWeights)]),
      ),
    },
    updates: { discriminator: chosen.updates },
    average: ema({ decay: chosen.ema }),
  };
}
