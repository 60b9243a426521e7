/** @file The files of an exported model: what each holds, and what goes in and comes out, in the user's units. */
import {
  key,
  ndarray,
  normalDraws,
  sizeOf,
  split,
  uniformDraws,
  type BatchField,
  type ExportFile,
  type NdArray,
} from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import { conditionFields } from "./feeds.js";
import { rangeOf } from "./forward.js";
import { denoise } from "./programs.js";
import { samplerOf } from "./samplers.js";
import {
  boundOfSeed,
  completeOfSeed,
  decodeOfSteps,
  editOfSeed,
  encodeOfSteps,
  isGuided,
  logProbOfSeed,
  sampleOfSeed,
  type OpenSizes,
  type SeedOptions,
} from "./seeded.js";

export interface ExportOptions extends Omit<SeedOptions, "n" | "steps"> {
  /** What x is, with its unit and range. @default what the codec says */
  readonly x?: string;
  /** Whether rows may have gaps, as NaN: there is then no ODE to follow from them. @default false */
  readonly gaps?: boolean;
  /** Rows to hold the files against the trainer on. @default draws from U(0, 1) */
  readonly rows?: (n: number) => NdArray;
}

/** Of files that take Heun's steps from σ to σ′: each multiplies what rounding did to an estimate by σ/σ′. */
const AFTER_HEUN = { tolerance: 1e-2 };

const DESCRIBED = {
  label: "class of each row; the count of classes stands for none, in a model that can be guided",
  words: "words of each row by their numbers, which are counted from 1; 0 where there is none",
  context: "what each row is conditioned on",
  negativeLabel: "class that each row is guided away from; the count of classes stands for none",
  negativeWords: "words that each row is guided away from; 0 where there is none",
  negativeContext: "what each row is guided away from",
  guidance: "weight of the condition: 0 leaves it out, 1 is the model as it was trained, above 1 more of it",
  n: "how many rows",
  steps:
    "steps of the sampler: more are slower and better; of less than 1 a file fails with an index that is out of bounds",
  strength: "how much noise, from 0 (keeps a row) to 1 (draws a new one); what lies beyond counts as the nearer end",
  z: "code of each row: a draw from N(0, I), for rows like the data",
  mask: "1 where x is known, 0 where it is to be filled in",
  terms: "what the bound is made of besides the prior, a line for each part of the chain from the data up, in nats",
  denoised: "estimate of the data, as the network sees them",
};

/** The files of a model: sampler, network, complete, edit, bound; of one that is an ODE decode, encode and logprob too. */
export function exportedFiles(model: Diffusion, options: ExportOptions = {}): Readonly<Record<string, ExportFile>> {
  const about = model.codec?.describe();
  const x = options.x ?? about?.x ?? "rows, in the units of the data";
  const logprob = `log p(x) by the probability-flow ODE: ${about?.logProb ?? "log-density in the units of x, in nats"}`;
  const [low, high] = rangeOf(model.process);
  const sigma = `standard deviation of the noise in each row, from ${low.toPrecision(4)} to ${high.toPrecision(4)}: the process "${model.process.name}"`;
  const bound = `−log p(x) at most, in the mean over seeds: ${about?.logProb ?? "in the units of x, in nats"}`;
  const describe = { ...DESCRIBED, x, samples: x, completed: x, edited: x, logprob, sigma, bound };
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
  const asSampled = options.sampler !== undefined && samplerOf(options.sampler).name === "heun" ? AFTER_HEUN : {};
  const ofRows = { n: { from: "dim", input: "x", axis: 0 }, ...steps } as const;
  const files: Record<string, ExportFile> = {
    sampler: {
      ...asSampled,
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
      ...asSampled,
      purpose: "rows changed: noise, then down again",
      trace: (sizes) => editOfSeed(model, { ...options, ...(sizes as OpenSizes) }),
      symbols: ofRows,
      describe,
      example: ({ n, steps }) => ({ ...rows(n!), ...drawing(n!, steps!), strength: ndarray([0.5], []) }),
    },
    bound: {
      purpose: "a bound on −log p(x) of rows, by so many steps of the chain",
      trace: (sizes) => boundOfSeed(model, sizes as OpenSizes),
      symbols: ofRows,
      describe: { ...describe, steps: "parts of the chain of which one step each is looked at, at least 1" },
      example: ({ n, steps }) => ({ ...rows(n!), steps: whole(steps!), seed: whole(7) }),
    },
  };
  if (model.selfCondition) return files;
  const fromCodes: Record<string, ExportFile> = {
    decode: {
      ...AFTER_HEUN,
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
  };
  if (options.gaps === true) return { ...files, ...fromCodes };
  return {
    ...files,
    ...fromCodes,
    encode: {
      ...AFTER_HEUN,
      purpose: "rows to their codes",
      trace: (sizes) => encodeOfSteps(model, sizes as OpenSizes),
      symbols: ofRows,
      describe,
      example: ({ n, steps }) => ({ ...rows(n!), steps: whole(steps!) }),
    },
    logprob: {
      ...AFTER_HEUN,
      purpose: "log p(x) of rows",
      trace: (sizes) => logProbOfSeed(model, sizes as OpenSizes),
      symbols: ofRows,
      describe,
      example: ({ n, steps }) => ({ ...rows(n!), steps: whole(steps!), seed: whole(7) }),
    },
  };
}

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
