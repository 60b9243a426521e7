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
export { interpolate } from "./interpolate.js";
export type { InterpolateOptions } from "./interpolate.js";
export { bernoulliLikelihood, discretisedLogisticLikelihood, gaussianLikelihood, likelihoodOf } from "./likelihood.js";
export type { GaussianOptions, Likelihood, LikelihoodName } from "./likelihood.js";
export { bound, complete, decode, encode, logProb, reconstruct, sample } from "./programs.js";
export type { CompleteOptions, DecodeOptions, LogProbOptions, RowsOptions, SampleOptions } from "./programs.js";
export { Vae } from "./vae.js";
export type { ElboTerms, VaeBatch, VaeOptions } from "./vae.js";
export { exportedFiles, sampleOfSeed } from "./export.js";
