/** @file The files of an exported model: what each holds, and what goes in and comes out, in the user's units. */
import {
  inference,
  key,
  keyFromSeed,
  ndarray,
  normalDraws,
  sizeOf,
  split,
  traceScope,
  uniformDraws,
  type BatchField,
  type BatchSpec,
  type ExportFile,
  type NdArray,
  type Program,
  type Sizes,
} from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import { draw, type DrawAt, type DrawOptions } from "./draw.js";
import { conditionFields, fields, givenOf, type Feeds } from "./feeds.js";
import { inverted, reverted, type OdeOptions } from "./flow-ode.js";
import { logProbOf } from "./measures.js";
import { completed, denoise, edited } from "./programs.js";

export interface ExportOptions {
  /** What x is, with its unit and range. @default what the codec says */
  readonly x?: string;
  /** Of `sampler.onnx` and `edit.onnx`. @default "ddim" */
  readonly sampler?: DrawOptions["sampler"];
  /** @default that of `DrawOptions` */
  readonly spacing?: DrawOptions["spacing"];
  /** Of the files that draw, but for the weight, which is an input. */
  readonly guidance?: Omit<NonNullable<DrawOptions["guidance"]>, "weight">;
  /** Whether `sampler.onnx` takes what samples are guided away from, as `negativeLabel`, `negativeWords`, …. @default false */
  readonly negative?: boolean;
  /** Rows to hold the files against the trainer on. @default draws from U(0, 1) */
  readonly rows?: (n: number) => NdArray;
}

const DESCRIBED = {
  label: "class of each row; the count of classes stands for none, in a model that can be guided",
  words: "words of each row by their numbers, which are counted from 1; 0 where there is none",
  context: "what each row is conditioned on",
  negativeLabel: "class that each row is guided away from; the count of classes stands for none",
  negativeWords: "words that each row is guided away from; 0 where there is none",
  negativeContext: "what each row is guided away from",
  guidance: "weight of the condition: 0 leaves it out, 1 is the model as it was trained, above 1 more of it",
  n: "how many rows",
  steps: "steps of the sampler: more are slower and better; at least 1",
  strength: "how much noise, from 0 (keeps a row) to 1 (draws a new one); what lies beyond counts as the nearer end",
  z: "code of each row: a draw from N(0, I), for rows like the data",
  mask: "1 where x is known, 0 where it is to be filled in",
  sigma: "standard deviation of the noise in each row",
  denoised: "estimate of the data, as the network sees them",
};

/** The files of a model: sampler, network, complete, edit; encode, decode and logprob of one that is an ODE. */
export function exportedFiles(model: Diffusion, options: ExportOptions = {}): Readonly<Record<string, ExportFile>> {
  const about = model.codec?.describe();
  const x = options.x ?? about?.x ?? "rows, in the units of the data";
  const logprob = `log p(x) by the probability-flow ODE: ${about?.logProb ?? "log-density in the units of x, in nats"}`;
  const describe = { ...DESCRIBED, x, samples: x, completed: x, edited: x, logprob };
  const rows = (n: number): Record<string, NdArray> => ({
    x: options.rows?.(n) ?? uniformRows(model, n),
    ...conditions(model, n),
  });
  const drawing = (n: number, steps: number): Record<string, NdArray> => ({
    seed: whole(7),
    steps: whole(steps),
    ...(isGuided(model) && { guidance: ndarray([1.5], []) }),
    ...conditions(model, n),
  });
  const steps = { steps: { from: "input", name: "steps" } } as const;
  const ofRows = { n: { from: "dim", input: "x", axis: 0 }, ...steps } as const;
  const files: Record<string, ExportFile> = {
    sampler: {
      purpose: "new rows from a seed",
      trace: (sizes) => sampleOfSeed(model, { ...options, ...(sizes as OpenSizes) }),
      symbols: { n: { from: "input", name: "n" }, ...steps },
      describe,
      example: ({ n, steps }) => ({
        ...drawing(n!, steps!),
        ...conditions(model, n!, options),
        n: whole(n!),
      }),
    },
    network: {
      purpose: "the denoiser: the estimate of the data from data with noise",
      trace: ({ n }) => denoise(model, { n: n! }),
      symbols: { n: { from: "dim", input: "x", axis: 0 } },
      describe: { ...describe, x: "data with noise, as the network sees them: data + σ·N(0, I)" },
      example: ({ n }) => ({
        x: normalRows([n!, ...model.rowShape]),
        sigma: ndarray(new Array<number>(n!).fill(0.5), [n!]),
        ...conditions(model, n!),
      }),
    },
    complete: {
      purpose: "rows with a hidden part, filled in",
      trace: (sizes) => completeOfSeed(model, { ...options, ...(sizes as OpenSizes) }),
      symbols: ofRows,
      describe,
      example: ({ n, steps }) => {
        const given = rows(n!);
        const halves = Array.from({ length: sizeOf(given["x"]!.shape) }, (_, i) => i % 2);
        return { ...given, ...drawing(n!, steps!), mask: ndarray(halves, given["x"]!.shape) };
      },
    },
    edit: {
      purpose: "rows changed: noise, then down again",
      trace: (sizes) => editOfSeed(model, { ...options, ...(sizes as OpenSizes) }),
      symbols: ofRows,
      describe,
      example: ({ n, steps }) => ({ ...rows(n!), ...drawing(n!, steps!), strength: ndarray([0.5], []) }),
    },
  };
  if (model.selfCondition) return files;
  return {
    ...files,
    encode: {
      purpose: "rows to their codes",
      trace: (sizes) => encodeOfSteps(model, sizes as OpenSizes),
      symbols: ofRows,
      describe,
      example: ({ n, steps }) => ({ ...rows(n!), steps: whole(steps!) }),
    },
    decode: {
      purpose: "codes to rows: undoes encode",
      trace: (sizes) => decodeOfSteps(model, sizes as OpenSizes),
      symbols: { n: { from: "dim", input: "z", axis: 0 }, ...steps },
      describe,
      example: ({ n, steps }) => ({
        z: normalRows([n!, ...model.rowShape]),
        steps: whole(steps!),
        ...conditions(model, n!),
      }),
    },
    logprob: {
      purpose: "log p(x) of rows",
      trace: (sizes) => logProbOfSeed(model, sizes as OpenSizes),
      symbols: ofRows,
      describe,
      example: ({ n, steps }) => ({ ...rows(n!), steps: whole(steps!), seed: whole(7) }),
    },
  };
}

/** Sizes that stay open. */
type OpenSizes = Sizes & { readonly n: number; readonly steps: number };

export interface SeedOptions extends Pick<ExportOptions, "sampler" | "spacing" | "guidance" | "negative"> {
  readonly n: number;
  readonly steps: number;
}

/** Whether the files that draw take a weight of the condition. */
function isGuided(model: Diffusion): boolean {
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

const openSteps = (feeds: Feeds, steps: number): Pick<OdeOptions, "steps" | "count"> => ({
  steps,
  count: feeds["steps"]!.cast("f32"),
});

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

function completeOfSeed(model: Diffusion, options: SeedOptions): Program {
  const { n } = options;
  const batch: BatchSpec = { ...fields(model, { n }), mask: [n, ...model.shape], ...drawingFields(model) };
  return inference(model, batch, (feeds: Feeds) => {
    const how = { ...drawingOf(model, feeds, options), sampler: "ddpm", n } as const;
    return { completed: completed(model, how, { feeds, at: seeded(feeds, n) }) };
  });
}

function editOfSeed(model: Diffusion, options: SeedOptions): Program {
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

function encodeOfSteps(model: Diffusion, { n, steps }: OpenSizes): Program {
  return inference(model, { ...fields(model, { n }), steps: INTEGER }, (feeds: Feeds) => {
    const at = seeded(feeds, n);
    return { z: inverted(model, model.encoded(feeds["x"]!, at.scope).y, { options: openSteps(feeds, steps), at }) };
  });
}

function decodeOfSteps(model: Diffusion, { n, steps }: OpenSizes): Program {
  const batch: BatchSpec = { z: [n, ...model.rowShape], steps: INTEGER, ...conditionFields(model, { n }) };
  return inference(model, batch, (feeds: Feeds) => ({
    x: model.decoded(reverted(model, feeds["z"]!, { options: openSteps(feeds, steps), at: seeded(feeds, n) })),
  }));
}

function logProbOfSeed(model: Diffusion, { n, steps }: OpenSizes): Program {
  return inference(model, { ...fields(model, { n }), steps: INTEGER, seed: INTEGER }, (feeds: Feeds) => ({
    logprob: logProbOf(model, openSteps(feeds, steps), { feeds, at: seeded(feeds, n) }),
  }));
}

const INTEGER: BatchField = { shape: [], dtype: "i64" };

const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");

function uniformRows(model: Diffusion, n: number): NdArray {
  return ndarray(uniformDraws(split(key(11), 0), n * model.dims), [n, ...model.shape]);
}

function normalRows(shape: readonly number[]): NdArray {
  return ndarray(normalDraws(split(key(11), 1), sizeOf(shape)), shape);
}

/** What example rows are conditioned on: the first class, the first word, numbers. */
function conditions(model: Diffusion, n: number, { negative = false }: ExportOptions = {}): Record<string, NdArray> {
  const example = (name: string, field: BatchField): NdArray => {
    const shape = "shape" in field ? field.shape : field;
    if (/context$/i.test(name)) return ndarray(normalDraws(split(key(11), 2), sizeOf(shape)), shape);
    return ndarray(new Int32Array(sizeOf(shape)).fill(/words$/i.test(name) ? 1 : 0), shape, "i32");
  };
  return Object.fromEntries(
    Object.entries(conditionFields(model, { n, negative })).map(([name, field]) => [name, example(name, field)]),
  );
}
