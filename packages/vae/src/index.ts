/** @file `@gen/vae`: variational autoencoders. */
export { convolutional, dense } from "./architecture.js";
export type {
  Architecture,
  ConvolutionalOptions,
  DecoderSizes,
  DenseOptions,
  EncoderSizes,
  Network,
} from "./architecture.js";
export { HierarchicalVae } from "./hierarchical.js";
export type { HierarchicalVaeOptions } from "./hierarchical.js";
export { interpolate } from "./interpolate.js";
export type { InterpolateOptions } from "./interpolate.js";
export { bernoulliLikelihood, discretisedLogisticLikelihood, gaussianLikelihood, likelihoodOf } from "./likelihood.js";
export type { GaussianOptions, Likelihood, LikelihoodName } from "./likelihood.js";
export type { Draws, LatentModel, Posterior } from "./latent.js";
export { boundOf, lossOf } from "./bound.js";
export type { BoundTerms, LossTerms, VaeBatch } from "./bound.js";
export { autoregressivePrior } from "./autoregressive-prior.js";
export type { AutoregressivePriorOptions } from "./autoregressive-prior.js";
export type { PosteriorOption } from "./posterior.js";
export { mixturePrior, vampPrior } from "./prior.js";
export type { MixturePriorOptions, PriorOption, PriorSizes, VampPriorOptions } from "./prior.js";
export { bound, complete, decode, encode, logProb, reconstruct, sample } from "./programs.js";
export type {
  BoundOptions,
  CompleteOptions,
  DecodeOptions,
  LogProbOptions,
  RowsOptions,
  SampleOptions,
} from "./programs.js";
export { Vae } from "./vae.js";
export type { VaeOptions } from "./vae.js";
export { exportedFiles, sampleOfSeed } from "./export.js";
