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
  type ExportFile,
  type NdArray,
  type Program,
  type Sizes,
} from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import { draw, type DrawOptions } from "./draw.js";
import { inverted, reverted, type OdeOptions } from "./flow-ode.js";
import { completed, conditionFields, denoise, fields, givenOf, logProbOf, type Feeds } from "./programs.js";

export interface ExportOptions {
  /** What x is, with its unit and range. @default what the codec says */
  readonly x?: string;
  /** Of `sampler.onnx`. @default "ddim" */
  readonly sampler?: DrawOptions["sampler"];
  /** @default that of `DrawOptions` */
  readonly spacing?: DrawOptions["spacing"];
  /** Of `sampler.onnx`, but for the weight, which is an input. */
  readonly guidance?: Omit<NonNullable<DrawOptions["guidance"]>, "weight">;
  /** Rows to hold the files against the trainer on. @default draws from U(0, 1) */
  readonly rows?: (n: number) => NdArray;
}

const SEED = "where the randomness comes from: the same seed gives the same samples on every runtime; at least 0";
const STEPS = "steps of the sampler: more are slower and better; at least 1";
const GUIDANCE = "weight of the condition: 0 leaves it out, 1 is the model as it was trained, above 1 more of it";

/** The files of a model: sampler, network, encode, decode, logprob and complete. */
export function exportedFiles(model: Diffusion, options: ExportOptions = {}): Readonly<Record<string, ExportFile>> {
  const about = model.codec?.describe();
  const x = options.x ?? about?.x ?? "rows, in the units of the data";
  const describe = {
    x,
    samples: x,
    label: "class of each row",
    context: "what each row is conditioned on",
    guidance: GUIDANCE,
    seed: SEED,
    n: "how many rows",
    steps: STEPS,
    z: "code of each row: a draw from N(0, I), for rows like the data",
    completed: x,
    mask: "1 where x is known, 0 where it is to be filled in",
    logprob: `log p(x) by the probability-flow ODE: ${about?.logProb ?? "log-density in the units of x, in nats"}`,
    sigma: "standard deviation of the noise in each row",
    denoised: "estimate of the data, as the network sees them",
  };
  const rows = ({ n }: Sizes): Record<string, NdArray> => ({
    x: options.rows?.(n!) ?? uniformRows(model, n!),
    ...conditions(model, n!),
  });
  const steps = { steps: { from: "input", name: "steps" } } as const;
  const ofRows = { n: { from: "dim", input: "x", axis: 0 }, ...steps } as const;
  const counted = (sizes: Sizes): Record<string, NdArray> => ({ ...rows(sizes), steps: whole(sizes["steps"]!) });
  const files: Record<string, ExportFile> = {
    sampler: {
      purpose: "new rows from a seed",
      trace: (sizes) => sampleOfSeed(model, { ...options, ...(sizes as OdeSizes) }),
      symbols: { n: { from: "input", name: "n" }, ...steps },
      describe,
      example: ({ n, steps }) => ({
        seed: whole(7),
        n: whole(n!),
        steps: whole(steps!),
        ...conditions(model, n!),
        ...(isGuided(model) ? { guidance: ndarray([1.5], []) } : {}),
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
      trace: (sizes) => completeOfSeed(model, sizes as OdeSizes),
      symbols: ofRows,
      describe,
      example: (sizes) => {
        const given = counted(sizes);
        const halves = Array.from({ length: sizeOf(given["x"]!.shape) }, (_, i) => i % 2);
        return { ...given, mask: ndarray(halves, given["x"]!.shape), seed: whole(7) };
      },
    },
  };
  if (model.selfCondition) return files;
  return {
    ...files,
    encode: {
      purpose: "rows to their codes",
      trace: (sizes) => encodeOfSteps(model, sizes as OdeSizes),
      symbols: ofRows,
      describe,
      example: counted,
    },
    decode: {
      purpose: "codes to rows: undoes encode",
      trace: (sizes) => decodeOfSteps(model, sizes as OdeSizes),
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
      trace: (sizes) => logProbOfSeed(model, sizes as OdeSizes),
      symbols: ofRows,
      describe,
      example: (sizes) => ({ ...counted(sizes), seed: whole(7) }),
    },
  };
}

type OdeSizes = Sizes & { readonly n: number; readonly steps: number };

export interface SeedOptions extends Pick<ExportOptions, "sampler" | "spacing" | "guidance"> {
  readonly n: number;
  readonly steps: number;
}

/** Samples whose randomness comes from a feed `seed`: what the sampler's file holds. Feeds seed, n, steps, and the condition with `guidance`. */
export function sampleOfSeed(model: Diffusion, { n, steps, sampler, spacing, guidance }: SeedOptions): Program {
  const isWeighed = isGuided(model);
  const batch = {
    seed: INTEGER,
    n: INTEGER,
    steps: INTEGER,
    ...conditionFields(model, n),
    ...(isWeighed ? { guidance: { shape: [], dtype: "f32" } satisfies BatchField } : {}),
  };
  return inference(model, batch, (feeds: Feeds) => {
    const options: DrawOptions = {
      steps,
      count: feeds["steps"]!.cast("f32"),
      ...(sampler && { sampler }),
      ...(spacing && { spacing }),
      guidance: { ...guidance, ...(isWeighed ? { weight: feeds["guidance"]! } : {}) },
    };
    const root = keyFromSeed(feeds["seed"]!.cast("u64"));
    const at = { given: givenOf(feeds), scope: traceScope("eval", root), key: root, n };
    return { samples: model.decoded(draw(model, options, at)) };
  });
}

/** Whether a sampler's file takes a weight of the condition. */
function isGuided(model: Diffusion): boolean {
  return model.condition?.hasNull === true;
}

const ode = (feeds: Feeds, { steps }: OdeSizes): OdeOptions => ({ steps, count: feeds["steps"]!.cast("f32") });

function encodeOfSteps(model: Diffusion, sizes: OdeSizes): Program {
  return inference(model, { ...fields(model, sizes), steps: INTEGER }, (feeds: Feeds) => {
    const at = { given: givenOf(feeds), ...seeded(feeds), n: sizes.n };
    return { z: inverted(model, model.encoded(feeds["x"]!, at.scope).y, { options: ode(feeds, sizes), at }) };
  });
}

function decodeOfSteps(model: Diffusion, sizes: OdeSizes): Program {
  const batch = { z: [sizes.n, ...model.rowShape], steps: INTEGER, ...conditionFields(model, sizes.n) };
  return inference(model, batch, (feeds: Feeds) => {
    const at = { given: givenOf(feeds), ...seeded(feeds), n: sizes.n };
    return { x: model.decoded(reverted(model, feeds["z"]!, { options: ode(feeds, sizes), at })) };
  });
}

function logProbOfSeed(model: Diffusion, sizes: OdeSizes): Program {
  return inference(model, { ...fields(model, sizes), steps: INTEGER, seed: INTEGER }, (feeds: Feeds) => {
    return { logprob: logProbOf(model, ode(feeds, sizes), { feeds, ...seeded(feeds), n: sizes.n }) };
  });
}

function completeOfSeed(model: Diffusion, sizes: OdeSizes): Program {
  const batch = { ...fields(model, sizes), mask: [sizes.n, ...model.shape], steps: INTEGER, seed: INTEGER };
  return inference(model, batch, (feeds: Feeds) => ({
    completed: completed(model, { ...ode(feeds, sizes), sampler: "ddpm", n: sizes.n }, { feeds, ...seeded(feeds) }),
  }));
}

function seeded(feeds: Feeds): { scope: ReturnType<typeof traceScope>; key: ReturnType<typeof keyFromSeed> } {
  const seed = feeds["seed"] ?? feeds["steps"]!; // what needs no randomness takes no seed
  const key = keyFromSeed(seed.cast("u64"));
  return { scope: traceScope("eval", key), key };
}

const INTEGER: BatchField = { shape: [], dtype: "i64" };

const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");

function uniformRows(model: Diffusion, n: number): NdArray {
  return ndarray(uniformDraws(split(key(11), 0), n * model.dims), [n, ...model.shape]);
}

function normalRows(shape: readonly number[]): NdArray {
  return ndarray(normalDraws(split(key(11), 1), sizeOf(shape)), shape);
}

/** What example rows are conditioned on. */
function conditions(model: Diffusion, n: number): Record<string, NdArray> {
  const { condition } = model;
  if (condition === undefined) return {};
  if (condition.field === "label") return { label: ndarray(new Array<number>(n).fill(0), [n], "i32") };
  const [, width] = condition.fieldOf(n) as readonly number[];
  return { context: ndarray(normalDraws(split(key(11), 2), n * width!), [n, width!]) };
}
