/** @file The files of an exported flow: what each holds, and what goes in and comes out, in the user's units. */
import {
  full,
  inference,
  key,
  keyFromSeed,
  ndarray,
  normalDraws,
  sizeOf,
  split,
  traceScope,
  type BatchField,
  type ExportFile,
  type NdArray,
  type Program,
  type Sizes,
  type Tensor,
} from "@gen/core";
import { exampleRows } from "@gen/core/codec";
import { completed, type MaskedBatch } from "./complete.js";
import type { Flow } from "./flow.js";
import { codes, conditionFields, decode, encode, fields, quiet, type Feeds } from "./programs.js";

export interface DescribeOptions {
  /** What x is, with its unit and range. @default what the codec says */
  readonly x?: string;
  /** Rows to hold the files against the trainer on. @default draws from N(0, 1), or from U(0, 1) if the codec refuses these */
  readonly rows?: (n: number) => NdArray;
}

const Z = "code of each row; of rows like the data it is a draw from the base distribution";

/** The files of a flow: network, logprob, encode, decode, complete and sampler. */
export function exportedFiles(flow: Flow, { x, rows }: DescribeOptions = {}): Readonly<Record<string, ExportFile>> {
  const about = flow.codec?.describe();
  const { unsolved } = flow.transform;
  const orNone = unsolved === undefined ? "" : `; NaN for ${unsolved}`;
  const describe = {
    x: x ?? about?.x ?? "rows, in the units of the data",
    context: flow.contextCodec?.describe().x ?? "what each row is conditioned on",
    label: "class of each row",
    z: `${Z}${orNone}`,
    logprob: `log p(x): ${about?.logProb ?? "log-density in the units of x, in nats"}${orNone}`,
  };
  const made = `${describe.x}${orNone}`;
  const ofRows = { n: { from: "dim", input: "x", axis: 0 } } as const;
  const isNoisy = draws(flow);
  const example = ({ n }: Sizes): Record<string, NdArray> => ({
    x: rows?.(n!) ?? (flow.codec ? exampleRows(flow.codec, n!) : normalRows([n!, ...flow.shape], 0)),
    ...conditions(flow, n!),
  });
  const seeded = (sizes: Sizes): Record<string, NdArray> => ({
    ...example(sizes),
    ...(isNoisy ? { seed: whole(7) } : {}),
  });
  return {
    network: {
      purpose: "the whole model: rows in, their codes and log p(x) out",
      trace: ({ n }) => measured(flow, { n: n!, isNoisy, outputs: ["z", "logprob"] }),
      symbols: ofRows,
      describe,
      example: seeded,
    },
    logprob: {
      purpose: "log p(x) of rows",
      trace: ({ n }) => measured(flow, { n: n!, isNoisy, outputs: ["logprob"] }),
      symbols: ofRows,
      describe,
      example: seeded,
    },
    encode: {
      purpose: "rows to their codes",
      trace: ({ n }) => encode(flow, { n: n! }),
      symbols: ofRows,
      describe,
      example,
    },
    decode: {
      purpose: "codes to rows: undoes encode",
      trace: ({ n }) => decode(flow, { n: n! }),
      symbols: { n: { from: "dim", input: "z", axis: 0 } },
      describe: { ...describe, x: made },
      example: ({ n }) => ({ z: normalRows([n!, ...flow.latentShape], 1), ...conditions(flow, n!) }),
    },
    complete: {
      // A step is taken or not by a comparison, and after many of them rounding has decided some.
      purpose:
        "rows with their hidden part filled in, approximately, by Langevin dynamics of codes; held to the trainer to 1e-2 for a few steps, after many two runtimes may end at different draws of one law",
      trace: ({ n, steps }) => completeOfSeed(flow, { n: n!, steps: steps! }),
      symbols: { ...ofRows, steps: { from: "input", name: "steps" } },
      describe: {
        ...describe,
        mask: "1 where x is known; 0 where it is not, and may hold anything",
        steps: "of Langevin dynamics, such as 500: fewer are rougher; at least 1",
        completed: `x, its hidden part drawn given the known one: ${made}`,
      },
      example: ({ n, steps }) => {
        const given = example({ n: n! });
        const halves = Array.from({ length: sizeOf(given["x"]!.shape) }, (_, i) => i % 2);
        return { ...given, mask: ndarray(halves, given["x"]!.shape), seed: whole(7), steps: whole(steps!) };
      },
      precision: "f32", // rounded weights would decide other refusals
      tolerance: 1e-2, // a step multiplies what rounding did to the slope of log p
    },
    sampler: {
      purpose: "new rows from a seed",
      trace: ({ n }) => sampleOfSeed(flow, n!),
      symbols: { n: { from: "input", name: "n" } },
      describe: { ...describe, n: "how many rows", samples: made },
      example: ({ n }) => ({ seed: whole(7), n: whole(n!), ...conditions(flow, n!) }),
    },
  };
}

/** Samples whose randomness comes from a feed `seed`: what the sampler's file holds. */
export function sampleOfSeed(flow: Flow, n: number): Program {
  return inference(flow, { seed: INTEGER, n: INTEGER, ...conditionFields(flow, n) }, (feeds: Feeds) => {
    const { seed, label, context } = feeds;
    return { samples: flow.sample(n, scopeOf(seed!), flow.contextOf({ label, context })) };
  });
}

function completeOfSeed(flow: Flow, { n, steps }: { readonly n: number; readonly steps: number }): Program {
  const batch = { ...fields(flow, { n }), mask: [n, ...flow.shape], seed: INTEGER, steps: INTEGER };
  return inference(flow, batch, (feeds: Feeds) => {
    const { seed, steps: count, ...rows } = feeds;
    const how = { steps, count: count!.cast("f32"), scope: scopeOf(seed!) };
    return { completed: completed(flow, rows as Feeds & MaskedBatch, how) };
  });
}

/** Whether log p(x) of this flow draws: noise that dequantises, or an estimate of a determinant. */
function draws(flow: Flow): boolean {
  const scope = traceScope("eval");
  const context = flow.contextDim === 0 ? undefined : full([1, flow.contextDim], 0);
  flow.logProb(full([1, ...flow.shape], 0.5), scope, context);
  return scope.key !== undefined;
}

interface MeasuredOptions {
  readonly n: number;
  readonly isNoisy: boolean;
  readonly outputs: readonly ("z" | "logprob")[];
}

function measured(flow: Flow, { n, isNoisy, outputs }: MeasuredOptions): Program {
  const batch = { ...fields(flow, { n }), ...(isNoisy ? { seed: INTEGER } : {}) };
  return inference(flow, batch, (feeds: Feeds) => {
    const { seed, ...rows } = feeds;
    const scope = seed === undefined ? quiet() : scopeOf(seed);
    const logprob = flow.logProb(rows["x"]!, scope, flow.contextOf(rows));
    return outputs.includes("z") ? { z: codes(flow, rows), logprob } : { logprob };
  });
}

function scopeOf(seed: Tensor): ReturnType<typeof traceScope> {
  return traceScope("eval", keyFromSeed(seed.cast("u64")));
}

function normalRows(shape: readonly number[], child: number): NdArray {
  return ndarray(normalDraws(split(key(11), child), sizeOf(shape)), shape);
}

const INTEGER: BatchField = { shape: [], dtype: "i64" };

const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");

/** What example rows are conditioned on. */
function conditions(flow: Flow, n: number): Record<string, NdArray> {
  if (flow.classes > 0) {
    const labels = Array.from({ length: n }, (_, i) => i % flow.classes);
    return { label: ndarray(labels, [n], "i32") };
  }
  const width = flow.contextWidth;
  return width === 0 ? {} : { context: ndarray(normalDraws(split(key(11), 2), n * width), [n, width]) };
}
