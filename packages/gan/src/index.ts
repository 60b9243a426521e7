/** @file `@gen/gan`: generative adversarial networks. */
export type { Augment } from "./augment.js";
export { dense } from "./dense.js";
export type { DenseOptions } from "./dense.js";
export { Critic } from "./discriminator.js";
export type { Conditioning, CriticOptions, Discriminator, Judged } from "./discriminator.js";
export { exportedFiles, sampleOfSeed } from "./export.js";
export type { ExportOptions } from "./export.js";
export { game, playerStep, rowsPerStep } from "./game.js";
export type { GameOptions, PlayerOptions } from "./game.js";
export { Gan } from "./gan.js";
export type { DiscriminatorSide, GanOptions, GeneratorSide } from "./gan.js";
export { dragan, gradientPenalty, r1, r2 } from "./gradient-penalty.js";
export type { DraganOptions, GradientPenaltyOptions, SlopeOptions } from "./gradient-penalty.js";
export { LatentSpace } from "./latent.js";
export type { CodeOptions, CodePlace, LatentOptions } from "./latent.js";
export {
  began,
  energyBased,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  relativistic,
  wasserstein,
} from "./losses.js";
export type { AdversarialLoss, BeganOptions, EnergyOptions, LogisticOptions, RelativisticOptions } from "./losses.js";
export { MinibatchDiscrimination } from "./minibatch.js";
export type { MinibatchOptions } from "./minibatch.js";
export type { Architecture, GeneratorNetwork, GeneratorSizes, Trunk, TrunkSizes } from "./networks.js";
export { discriminatorLoss, generatorLoss } from "./objective.js";
export type { GanBatch, Terms } from "./objective.js";
export type { DiscriminatorPenalty, DiscriminatorSite, GeneratorPenalty, GeneratorSite, Penalty } from "./penalty.js";
export { generate, judge, sample } from "./programs.js";
export type { RowsOptions, SampleOptions } from "./programs.js";
export { ownSide, spectator } from "./side.js";
export type { Side } from "./side.js";
