/** @file `@gen/gan`: generative adversarial networks. */
export { SelfAttention } from "./attention.js";
export type { SelfAttentionOptions } from "./attention.js";
export { diffAugment } from "./augment.js";
export type { Augment, AugmentPolicy, DiffAugmentOptions } from "./augment.js";
export { ConditionalBatchNorm } from "./conditional-norm.js";
export { consistency } from "./consistency.js";
export type { ConsistencyOptions } from "./consistency.js";
export { checkedBatches, checkRows } from "./data.js";
export { dcgan } from "./dcgan.js";
export type { DcganOptions } from "./dcgan.js";
export { dense } from "./dense.js";
export type { DenseOptions } from "./dense.js";
export { describeFinding, Diagnosis } from "./diagnosis.js";
export type { DiagnosisOptions, Finding, GameOutputs } from "./diagnosis.js";
export { Critic } from "./discriminator.js";
export type { Conditioning, CriticOptions, Discriminator, Judged } from "./discriminator.js";
export { AutoencoderDiscriminator } from "./energy.js";
export type { AutoencoderOptions } from "./energy.js";
export { exportedFiles, sampleOfSeed, searchOfSeed } from "./export.js";
export type { ExportOptions } from "./export.js";
export { game, playerStep, rowsPerStep } from "./game.js";
export type { GameOptions, PlayerOptions } from "./game.js";
export { Gan } from "./gan.js";
export type { DiscriminatorSide, GanOptions, GeneratorSide } from "./gan.js";
export { dragan, gradientPenalty, r1, r2 } from "./gradient-penalty.js";
export type { DraganOptions, GradientPenaltyOptions, SlopeOptions } from "./gradient-penalty.js";
export { featureMatching, pathLength } from "./generator-penalty.js";
export type { FeatureMatchingOptions, PathLengthOptions } from "./generator-penalty.js";
export { interpolate } from "@gen/core";
export type { InterpolateOptions } from "@gen/core";
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
export { leCam } from "./lecam.js";
export type { LeCamOptions } from "./lecam.js";
export { line } from "./line.js";
export type { LineOptions } from "./line.js";
export { MinibatchDiscrimination } from "./minibatch.js";
export type { MinibatchOptions } from "./minibatch.js";
export type { Architecture, GeneratorNetwork, GeneratorSizes, Trunk, TrunkSizes } from "./networks.js";
export { discriminatorLoss, generatorLoss } from "./objective.js";
export type { GanBatch, Terms } from "./objective.js";
export type { DiscriminatorPenalty, DiscriminatorSite, GeneratorPenalty, GeneratorSite, Penalty } from "./penalty.js";
export { generate, judge, sample } from "./programs.js";
export type { RowsOptions, SampleOptions } from "./programs.js";
export { resnet } from "./resnet.js";
export type { ResnetOptions } from "./resnet.js";
export { scheduled } from "./scheduled.js";
export { search } from "./search.js";
export type { SearchOptions } from "./search.js";
export { ownSide, spectator } from "./side.js";
export type { Side } from "./side.js";
