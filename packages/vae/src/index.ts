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
export type { HierarchicalVaeOptions, LayerSizes } from "./hierarchical.js";
export { interpolate } from "@gen/core";
export type { InterpolateOptions } from "@gen/core";
export { bernoulliLikelihood, discretisedLogisticLikelihood, gaussianLikelihood, likelihoodOf } from "./likelihood.js";
export type { GaussianOptions, Likelihood, LikelihoodName } from "./likelihood.js";
export type { Draws, LatentModel, Posterior } from "./latent.js";
export { boundOf, lossOf } from "./bound.js";
export type { BoundTerms, LossTerms } from "./bound.js";
export { tableLikelihood } from "./table-likelihood.js";
export type { VaeBatch } from "./observed.js";
export { autoregressivePrior } from "./autoregressive-prior.js";
export type { AutoregressivePriorOptions } from "./autoregressive-prior.js";
export { elbo, iwae, miwae } from "./objective.js";
export type { Criterion, CriterionOptions, IwaeOptions, Objective } from "./objective.js";
export type { PosteriorOption } from "./posterior.js";
export { mixturePrior, vampPrior } from "./prior.js";
export type { MixturePriorOptions, PriorOption, PriorSizes, VampPriorOptions } from "./prior.js";
export { complete } from "./complete.js";
export type { CompleteOptions } from "./complete.js";
export { bound, decode, encode, importance, logProb, reconstruct, sample } from "./programs.js";
export type {
  BoundOptions,
  DecodeOptions,
  ImportanceOptions,
  LogProbOptions,
  MaskedRowsOptions,
  RowsOptions,
  SampleOptions,
} from "./programs.js";
export { Vae } from "./vae.js";
export type { VaeOptions } from "./vae.js";
export { exportedFiles, sampleOfSeed } from "./export.js";
export { GatedCodePrior } from "./code-prior.js";
export type { CodeContext, CodePrior, CodeSampling, CodeSizes, GatedCodePriorOptions } from "./code-prior.js";
export { ResidualQuantizer } from "./residual-vq.js";
export type { ResidualQuantizerOptions } from "./residual-vq.js";
export { codePerplexity, VectorQuantizer } from "./vq.js";
export type { Quantized, Quantizer, VectorQuantizerOptions } from "./vq.js";
export { vqExportedFiles, vqSampleOfSeed } from "./vq-export.js";
export { residualGrid } from "./vq-networks.js";
export type { GridArchitecture, GridSizes, ResidualGridOptions } from "./vq-networks.js";
export { vqBound, vqDecode, vqEncode, vqReconstruct, vqSample } from "./vq-programs.js";
export type { VqDecodeOptions, VqSampleOptions } from "./vq-programs.js";
export { VqVae } from "./vq-vae.js";
export type { CodeBatch, VqVaeOptions } from "./vq-vae.js";
export { collect } from "./collect.js";
export { gumbelExportedFiles, GumbelVae } from "./gumbel.js";
export type { GumbelVaeOptions } from "./gumbel.js";
export { gaussianKernel, inverseMultiquadratic, mmd } from "./mmd.js";
export type { Kernel } from "./mmd.js";
export { infoVae, waeMmd } from "./wae.js";
export type { InfoVaeOptions, MatchingLoss, MatchingTerms, WaeOptions } from "./wae.js";
export { latentLikelihood, mixtureDensity, SecondStage, withPrior } from "./posthoc.js";
export type { SecondStageOptions } from "./posthoc.js";
export { fitMixture } from "./posthoc-mixture.js";
export type { MixtureFit, MixtureFitOptions } from "./posthoc-mixture.js";
