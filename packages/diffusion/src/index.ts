/** @file The public surface of @gen/diffusion: forward processes, targets, samplers, guidance, networks, and what one does with a model. */
export { checkProcess, clock, noised, rangeOf, sigmaAt } from "./forward.js";
export type { Process } from "./forward.js";
export { cosine, edm, linearBeta, PROCESSES, sigmoid, straight, subVp } from "./processes.js";
export type {
  CosineOptions,
  EdmOptions,
  LinearBetaOptions,
  ProcessName,
  SigmoidOptions,
  StraightOptions,
  SubVpOptions,
} from "./processes.js";
export { edmTarget, preconditioning, TARGETS } from "./target.js";
export type { Level, Mix, Target, TargetName } from "./target.js";
export { edmWeighting, minSnr, WEIGHTINGS } from "./weighting.js";
export type { Weighting, WeightingName } from "./weighting.js";
export { pictureCodec } from "./pictures.js";
export type { Condition, ConditionOptions, Given, GivenName, WordOptions } from "./condition.js";

export { Diffusion } from "./diffusion.js";
export type { At, DiffusionOptions, Output } from "./diffusion.js";
export { diffusionLoss } from "./loss.js";
export type { DiffusionBatch, LossOptions } from "./loss.js";
export { coupled } from "./coupling.js";
export type { Coupling } from "./coupling.js";
export { boundTerm, priorTerm, stepTerm } from "./bound.js";
export type { BoundTermOptions } from "./bound.js";

export { checkSchedule, karras, schedule, SPACINGS } from "./schedule.js";
export type { ScheduleOptions, Spacing, SpacingName } from "./schedule.js";
export { slope } from "./sampler.js";
export type { Denoiser, Sampler, Step, Stepped } from "./sampler.js";
export { SAMPLERS } from "./samplers.js";
export type { SamplerName } from "./samplers.js";
export { consistency } from "./samplers/consistency.js";
export { ddim } from "./samplers/ddim.js";
export { ddpm } from "./samplers/ddpm.js";
export { dpmSolver2m } from "./samplers/dpm-solver.js";
export { dpmSolver2mSde } from "./samplers/dpm-solver-sde.js";
export { euler } from "./samplers/euler.js";
export { eulerAncestral } from "./samplers/euler-ancestral.js";
export { heun } from "./samplers/heun.js";
export { uniPc } from "./samplers/uni-pc.js";
export { walk, walked, watched } from "./walk.js";
export type { Estimate, Estimator, State, Walk, WalkOptions } from "./walk.js";
export { classifierGuided, guided, thresholded } from "./guidance.js";
export type { Guidance } from "./guidance.js";
export { inpainting } from "./inpaint.js";
export type { InpaintOptions } from "./inpaint.js";
export { draw } from "./draw.js";
export type { DrawAt, DrawOptions } from "./draw.js";
export { inverted, odeLogProb, reverted } from "./flow-ode.js";
export type { DensityOptions, OdeOptions } from "./flow-ode.js";

export { Dit } from "./networks/dit.js";
export type { DitOptions } from "./networks/dit.js";
export { UNet } from "./networks/unet.js";
export type { UNetOptions } from "./networks/unet.js";
export { MlpNetwork } from "./networks/mlp.js";
export type { MlpNetworkOptions } from "./networks/mlp.js";
export type { Network, NetworkInput } from "./network.js";

export { conditionFields, fields } from "./feeds.js";
export type { ConditionedOptions, RowsOptions } from "./feeds.js";
export { complete, denoise, denoising, edit, sample } from "./programs.js";
export type { CompleteOptions, EditOptions, SampleOptions } from "./programs.js";
export { decode, encode, interpolate } from "./codes.js";
export { bound, boundEstimate, logProb } from "./measures.js";
export type { BoundOptions } from "./measures.js";
export { consistencyLoss, consistencyTarget } from "./consistency-training.js";
export type { ConsistencyOptions } from "./consistency-training.js";
export { pairStore, progressiveLoss, startPair, studentStore } from "./progressive.js";
export type { Pair, PairSource, ProgressiveOptions } from "./progressive.js";
export { Halving } from "./halving.js";
export type { HalvingOptions } from "./halving.js";
export { generate, stepPrograms } from "./host.js";
export type { GenerateOptions, StepPrograms } from "./host.js";
export { exportedFiles } from "./export.js";
export type { ExportOptions } from "./export.js";
export { sampleOfSeed } from "./seeded.js";
export type { SeedOptions } from "./seeded.js";
export { processOf } from "./card.js";
