/** @file What one makes with a trained model, as programs: new rows, rows changed, rows filled in; and one look of the denoiser. */
import { GenError, inference, scalar, type BatchSpec, type Program, type Scope, type Tensor } from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import { draw, walkOf, type DrawAt, type DrawOptions } from "./draw.js";
import { conditionFields, fields, givenOf, type ConditionedOptions, type Feeds } from "./feeds.js";
import { inpainting, merged } from "./inpaint.js";
import { samplerOf } from "./samplers.js";
import { checkSteps } from "./schedule.js";
import { walked, watched } from "./walk.js";

export interface SampleOptions extends Omit<DrawOptions, "count">, ConditionedOptions {}

/** Where a program draws: what it was fed, and its own key. */
function drawAt(feeds: Feeds, scope: Scope, n: number): DrawAt {
  return { ...givenOf(feeds), scope, key: scope.nextKey(), n };
}

/**
 * New rows. Feeds the model's condition (`label`, `words`, `context`), if it has one.
 *
 * @returns output samples [n, …shape]
 * @throws GenError `range` for steps < 1, `option` for guidance of a model without a null condition
 */
export function sample(model: Diffusion, options: SampleOptions): Program {
  return inference(model, conditionFields(model, options), (feeds: Feeds, scope) => ({
    samples: model.decoded(draw(model, options, drawAt(feeds, scope, options.n))),
  }));
}

/** How noise becomes rows. @returns output frames [steps + 1, n, …shape]: each x, brought to the size of data, and the end */
export function denoising(model: Diffusion, options: SampleOptions): Program {
  const { n, steps = 50 } = options;
  checkSteps(steps, "denoising");
  return inference(model, conditionFields(model, options), (feeds: Feeds, scope) => {
    const path = walkOf(model, options, drawAt(feeds, scope, n));
    const { frames, sigmas } = watched(path, path.begin([n, ...model.rowShape]), steps);
    const alpha = sigmas.square().add(1).sqrt().reciprocal();
    const seen = frames.mul(alpha.reshape([steps + 1, 1, ...model.rowShape.map(() => 1)]));
    const rows = model.decoded(seen.reshape([(steps + 1) * n, ...model.rowShape]));
    return { frames: rows.reshape([steps + 1, n, ...model.shape]) };
  });
}

export interface EditOptions extends SampleOptions {
  /** How much noise: 0 keeps a row to the bit, 1 draws a new one. A number in [0, 1], or a scalar, which is brought there. */
  readonly strength: number | Tensor;
}

/**
 * Rows changed: noise up to `strength`, then down again. Feeds x and the condition. SDEdit.
 *
 * @returns output x [n, …shape]
 * @throws GenError as `sample`, and `range` for a strength outside [0, 1]
 * @see Meng et al. 2022, "SDEdit", algorithm 1. arXiv:2108.01073
 */
export function edit(model: Diffusion, options: EditOptions): Program {
  const { n } = options;
  const batch = { ...fields(model, { n }), ...conditionFields(model, options) };
  return inference(model, batch, (feeds: Feeds, scope) => ({
    x: edited(model, options, { feeds, at: drawAt(feeds, scope, n) }),
  }));
}

/** The same inside a graph. */
export function edited(
  model: Diffusion,
  options: EditOptions & DrawOptions,
  { feeds, at }: { readonly feeds: Feeds; readonly at: DrawAt },
): Tensor {
  const { steps = 50, strength } = options;
  checkSteps(steps, "edit");
  if (typeof strength === "number" && !(strength >= 0 && strength <= 1))
    throw new GenError("range", `edit: expected a strength from 0 to 1, got ${strength}`);
  const asked = typeof strength === "number" ? scalar(strength) : strength;
  const x = feeds["x"]!;
  const { y } = model.encoded(x, at.scope);
  const path = walkOf(model, { ...options, strength: asked.clip(LEAST, 1) }, at);
  const changed = model.decoded(walked(path, path.begin(y.shape, y), steps));
  return asked.greater(0).where(changed, x);
}

/** The least strength with levels that can be told apart in f32. */
const LEAST = 1e-3;

export interface CompleteOptions extends SampleOptions {
  /** See `inpainting`. @default 1 */
  readonly repeats?: number;
}

/**
 * Fills in what a mask hides. Feeds x, whose hidden part may hold anything, mask, [n, …shape] f32, 1 where x is known, and the
 * condition.
 *
 * @returns output x [n, …shape], whose known part is that of the feed, to the bit
 * @throws GenError as `sample`
 */
export function complete(model: Diffusion, options: CompleteOptions): Program {
  const { n } = options;
  const batch: BatchSpec = {
    ...fields(model, { n }),
    mask: [n, ...model.shape],
    ...conditionFields(model, options),
  };
  return inference(model, batch, (feeds: Feeds, scope) => ({
    x: completed(model, options, { feeds, at: drawAt(feeds, scope, n) }),
  }));
}

/** The same inside a graph. */
export function completed(
  model: Diffusion,
  options: CompleteOptions & DrawOptions,
  { feeds, at }: { readonly feeds: Feeds; readonly at: DrawAt },
): Tensor {
  const { sampler = "ddpm", repeats = 1, steps = 50 } = options;
  checkSteps(steps, "complete");
  const { x, mask } = feeds as { x: Tensor; mask: Tensor };
  const safe = mask.greater(0.5).where(x, 0); // NaN may hide where nobody looks
  const { y: known, mask: rowMask } = model.encodedPart(safe, { mask, scope: at.scope });
  const keeping = inpainting({ sampler: samplerOf(sampler), known, mask: rowMask, repeats });
  const path = walkOf(model, { ...options, sampler: keeping }, at);
  const end = walked(path, path.begin(known.shape), steps);
  return merged(model.decoded(merged(end, known, rowMask)), x, mask);
}

/** The estimate of the data from noisy rows. Feeds x = data + σ·noise [n, …rowShape], sigma [n]. @returns output denoised */
export function denoise(model: Diffusion, { n }: { readonly n: number }): Program {
  const batch = { x: [n, ...model.rowShape], sigma: [n], ...conditionFields(model, { n }) };
  return inference(model, batch, (feeds: Feeds, scope) => {
    const condition = model.embed(givenOf(feeds).given, n);
    return { denoised: model.estimate(feeds["x"]!, { sigma: feeds["sigma"]!, condition, scope }).mean };
  });
}
