/** @file Programs whose sizes stay open and whose randomness comes from a feed `seed`: what exported files hold. */
import {
  inference,
  iota,
  keyFromSeed,
  scalar,
  traceScope,
  type BatchField,
  type BatchSpec,
  type Program,
  type Sizes,
} from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import { draw, type DrawAt, type DrawOptions } from "./draw.js";
import { conditionFields, fields, givenOf, type Feeds } from "./feeds.js";
import { inverted, reverted, type OdeOptions } from "./flow-ode.js";
import { boundOf, inUnits, logProbOf } from "./measures.js";
import { completed, edited } from "./programs.js";

/** Sizes that stay open. */
export type OpenSizes = Sizes & { readonly n: number; readonly steps: number };

export interface SeedOptions {
  /** Of `sampler.onnx` and `edit.onnx`. @default "ddim" */
  readonly sampler?: DrawOptions["sampler"];
  /** @default that of `DrawOptions` */
  readonly spacing?: DrawOptions["spacing"];
  /** Of the files that draw, but for the weight, which is an input. */
  readonly guidance?: Omit<NonNullable<DrawOptions["guidance"]>, "weight">;
  /** How often `complete.onnx` takes each step: see `inpainting`. @default 1 */
  readonly repeats?: number;
  /** Whether samples take what they are guided away from, as `negativeLabel`, `negativeWords`, …. @default false */
  readonly negative?: boolean;
  readonly n: number;
  readonly steps: number;
}

/** Whether the files that draw take a weight of the condition. */
export function isGuided(model: Diffusion): boolean {
  return model.condition?.hasNull === true;
}

/** What files that draw are fed beside rows and the condition: seed, steps, and the weight, if there is one. */
function drawingFields(model: Diffusion): Record<string, BatchField> {
  const weight: BatchField = { shape: [], dtype: "f32" };
  return { seed: INTEGER, steps: INTEGER, ...(isGuided(model) && { guidance: weight }) };
}

/** How they draw. */
function drawingOf(model: Diffusion, feeds: Feeds, options: SeedOptions): DrawOptions {
  const { steps, sampler, spacing, guidance } = options;
  return {
    ...openSteps(feeds, steps),
    ...(sampler && { sampler }),
    ...(spacing && { spacing }),
    guidance: { ...guidance, ...(isGuided(model) && { weight: feeds["guidance"]! }) },
  };
}

function openSteps(feeds: Feeds, steps: number): Required<Pick<OdeOptions, "steps" | "count">> {
  const first = iota(steps).gather(scalar(0, "i32")); // is 0; of no steps there is none: the file fails, and does not give NaN
  return { steps, count: feeds["steps"]!.cast("f32").add(first) };
}

/** Where they draw: all randomness comes from the seed. What needs none takes no seed. */
function seeded(feeds: Feeds, n: number): DrawAt {
  const key = keyFromSeed((feeds["seed"] ?? feeds["steps"]!).cast("u64"));
  return { ...givenOf(feeds), scope: traceScope("eval", key), key, n };
}

/**
 * Samples whose randomness comes from a feed `seed`: what the sampler's file holds. Feeds seed, n, steps, and the condition
 * with `guidance`.
 *
 * @returns output samples [n, …shape]
 */
export function sampleOfSeed(model: Diffusion, options: SeedOptions): Program {
  const { n } = options;
  const batch = { n: INTEGER, ...drawingFields(model), ...conditionFields(model, options) };
  return inference(model, batch, (feeds: Feeds) => ({
    samples: model.decoded(draw(model, drawingOf(model, feeds, options), seeded(feeds, n))),
  }));
}

export function completeOfSeed(model: Diffusion, options: SeedOptions): Program {
  const { n } = options;
  const batch: BatchSpec = { ...fields(model, { n }), mask: [n, ...model.shape], ...drawingFields(model) };
  return inference(model, batch, (feeds: Feeds) => {
    const { repeats = 1 } = options;
    const how = { ...drawingOf(model, feeds, options), sampler: "ddpm", repeats, n } as const;
    return { completed: completed(model, how, { feeds, at: seeded(feeds, n) }) };
  });
}

export function editOfSeed(model: Diffusion, options: SeedOptions): Program {
  const { n } = options;
  const batch: BatchSpec = {
    ...fields(model, { n }),
    strength: { shape: [], dtype: "f32" },
    ...drawingFields(model),
  };
  return inference(model, batch, (feeds: Feeds) => {
    const how = { ...drawingOf(model, feeds, options), strength: feeds["strength"]!, n };
    return { edited: edited(model, how, { feeds, at: seeded(feeds, n) }) };
  });
}

export function encodeOfSteps(model: Diffusion, { n, steps }: OpenSizes): Program {
  return inference(model, { ...fields(model, { n }), steps: INTEGER }, (feeds: Feeds) => {
    const at = seeded(feeds, n);
    return { z: inverted(model, model.encoded(feeds["x"]!, at.scope).y, { options: openSteps(feeds, steps), at }) };
  });
}

export function decodeOfSteps(model: Diffusion, { n, steps }: OpenSizes): Program {
  const batch: BatchSpec = { z: [n, ...model.rowShape], steps: INTEGER, ...conditionFields(model, { n }) };
  return inference(model, batch, (feeds: Feeds) => ({
    x: model.decoded(reverted(model, feeds["z"]!, { options: openSteps(feeds, steps), at: seeded(feeds, n) })),
  }));
}

export function logProbOfSeed(model: Diffusion, { n, steps }: OpenSizes): Program {
  return inference(model, { ...fields(model, { n }), steps: INTEGER, seed: INTEGER }, (feeds: Feeds) => ({
    logprob: logProbOf(model, openSteps(feeds, steps), { feeds, at: seeded(feeds, n) }),
  }));
}

export function boundOfSeed(model: Diffusion, { n, steps }: OpenSizes): Program {
  return inference(model, { ...fields(model, { n }), steps: INTEGER, seed: INTEGER }, (feeds: Feeds) => {
    const at = seeded(feeds, n);
    const { count } = openSteps(feeds, steps);
    const { nats, terms, logDet } = boundOf(model, { parts: steps, count }, { feeds, at });
    return { bound: inUnits(model, nats, logDet).nats, terms };
  });
}

const INTEGER: BatchField = { shape: [], dtype: "i64" };
