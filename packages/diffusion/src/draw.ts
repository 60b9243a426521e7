/** @file Samples of a model inside a graph: its denoiser with guidance, a schedule, a sampler, and the walk they make. */
import { concat, GenError, type Scope, type Tensor } from "@gen/core";
import type { Given } from "./condition.js";
import { noNull } from "./conditions.js";
import type { Diffusion } from "./diffusion.js";
import { checkGuidance, guided, thresholded, twice, type Guidance } from "./guidance.js";
import type { Denoiser, Sampler } from "./sampler.js";
import { samplerOf, type SamplerName } from "./samplers.js";
import { checkSteps, schedule, type Spacing, type SpacingName } from "./schedule.js";
import { walk, walked, type Estimator, type Walk } from "./walk.js";

/** How samples are made. */
export interface DrawOptions {
  /** n: steps of the sampler, at least 1. @default 50 */
  readonly steps?: number;
  /** The same as a real scalar, where it is open until a file runs. */
  readonly count?: Tensor;
  /** @default "ddim" */
  readonly sampler?: SamplerName | Sampler;
  /** @default "trailing"; "karras" for the process "edm" */
  readonly spacing?: SpacingName | Spacing;
  readonly guidance?: Guidance;
  /** Begin this far from the clean end of the schedule, in (0, 1], at data with noise. @default 1 */
  readonly strength?: number | Tensor;
  /** A further pull on each estimate, such as `classifierGuided`. */
  readonly wrap?: (denoise: Denoiser) => Denoiser;
}

export interface DrawAt {
  /** What rows are conditioned on; nothing draws without a condition. */
  readonly given?: Given;
  /** What is avoided: takes the place of nothing in guidance. */
  readonly negative?: Given;
  readonly scope: Scope;
  readonly key: Tensor;
  readonly n: number;
}

/** x̂ of a model under a condition and guidance. @throws GenError `option` for guidance that needs a null condition the model lacks */
export function estimator(model: Diffusion, { guidance = {}, wrap }: DrawOptions, at: DrawAt): Estimator {
  checkGuidance(guidance);
  const { given = {}, negative, scope, n } = at;
  const condition = model.embed(given, n);
  const { weight = 1, threshold } = guidance;
  const isGuided = condition !== undefined && (weight !== 1 || negative !== undefined);
  if (condition === undefined && weight !== 1)
    throw new GenError("option", "guidance: expected a conditional model, got one without a condition");
  if (isGuided && negative === undefined && model.condition?.hasNull !== true) throw noNull("guidance");
  const both = isGuided ? concat([condition, model.embed(negative ?? {}, n)!], 0) : undefined;
  const plain: Estimator = (x, sigma, last) => {
    if (both === undefined) return model.estimate(x, { sigma, condition, last, scope });
    const { mean, blend } = model.estimate(twice(x), { sigma, condition: both, last: twice(last), scope });
    const [conditional, unconditional] = mean.split([n, n], 0) as [Tensor, Tensor];
    return { mean: guided({ conditional, unconditional }, sigma, guidance), blend: blend?.slice(0, 0, n) };
  };
  return (x, sigma, last) => {
    let blend: Tensor | undefined;
    const denoise: Denoiser = (y, s) => {
      const estimated = plain(y, s, last);
      blend = estimated.blend;
      return estimated.mean;
    };
    const mean = (wrap?.(denoise) ?? denoise)(x, sigma);
    return { mean: threshold === undefined ? mean : thresholded(mean, threshold), blend };
  };
}

/** The levels that a sampler passes. @returns [steps + 1] */
export function sigmasOf(model: Diffusion, options: DrawOptions): Tensor {
  const { steps = 50, count, strength = 1, spacing = model.process.name === "edm" ? "karras" : "trailing" } = options;
  return schedule(spacing, { process: model.process, steps, strength, ...(count && { count }) });
}

/** The walk of a model's sampler. */
export function walkOf(model: Diffusion, options: DrawOptions, at: DrawAt): Walk {
  return walk({
    sampler: samplerOf(options.sampler ?? "ddim"),
    sigmas: sigmasOf(model, options),
    estimate: estimator(model, options, at),
    remembers: model.selfCondition,
    scale: (sigma) => model.process.scale(sigma),
    key: at.key,
  });
}

/**
 * Draws rows: x ~ N(0, σ_max² I), down the schedule.
 *
 * @returns [n, …rowShape], as the network sees rows
 */
export function draw(model: Diffusion, options: DrawOptions, at: DrawAt): Tensor {
  const { steps = 50 } = options;
  checkSteps(steps, "draw");
  const path = walkOf(model, options, at);
  return walked(path, path.begin([at.n, ...model.rowShape]), steps);
}
