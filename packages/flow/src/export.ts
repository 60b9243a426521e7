/** @file The files of an exported flow: what each holds, and what goes in and comes out, in the user's units. */
import {
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
import type { Flow } from "./flow.js";
import { conditionFields, decode, encode, fields } from "./programs.js";

type Feeds = Readonly<Record<string, Tensor>>;

export interface DescribeOptions {
  /** What x is, with its unit and range. @default "rows, in the units of the data" */
  readonly x?: string;
  /** Rows to hold the files against the trainer on. @default draws from N(0, 1) */
  readonly rows?: (n: number) => NdArray;
}

const Z = "code of each row; of rows like the data it is a draw from the base distribution";
const LOG_PROB = "log p(x) in nats";
const SEED = "where the randomness comes from: the same seed gives the same samples on every runtime; at least 0";

/** The files of a flow: network, logprob, encode, decode and sampler. */
export function exportedFiles(
  flow: Flow,
  { x = "rows, in the units of the data", rows }: DescribeOptions = {},
): Readonly<Record<string, ExportFile>> {
  const ofRows = { n: { from: "dim", input: "x", axis: 0 } } as const;
  const describe = { x, context: "what each row is conditioned on", label: "class of each row" };
  const draws = (n: number, shape: readonly number[], child: number): NdArray =>
    ndarray(normalDraws(split(key(11), child), n * sizeOf(shape)), [n, ...shape]);
  const example = ({ n }: Sizes): Record<string, NdArray> => ({
    x: rows?.(n!) ?? draws(n!, flow.shape, 0),
    ...conditions(flow, n!),
  });
  return {
    network: {
      purpose: "the whole model: rows in, their codes and log p(x) out",
      trace: ({ n }) => both(flow, n!, ["z", "logprob"]),
      symbols: ofRows,
      describe: { ...describe, z: Z, logprob: LOG_PROB },
      example,
    },
    logprob: {
      purpose: "exact log p(x) of rows",
      trace: ({ n }) => both(flow, n!, ["logprob"]),
      symbols: ofRows,
      describe: { ...describe, logprob: LOG_PROB },
      example,
    },
    encode: {
      purpose: "rows to their codes",
      trace: ({ n }) => encode(flow, { n: n! }),
      symbols: ofRows,
      describe: { ...describe, z: Z },
      example,
    },
    decode: {
      purpose: "codes to rows: undoes encode",
      trace: ({ n }) => decode(flow, { n: n! }),
      symbols: { n: { from: "dim", input: "z", axis: 0 } },
      describe: { ...describe, z: Z },
      example: ({ n }) => ({ z: draws(n!, flow.latentShape, 1), ...conditions(flow, n!) }),
    },
    sampler: {
      purpose: "new rows from a seed",
      trace: ({ n }) => sampleOfSeed(flow, n!),
      symbols: { n: { from: "input", name: "n" } },
      describe: { ...describe, seed: SEED, n: "how many rows", samples: x },
      example: ({ n }) => ({ seed: whole(7), n: whole(n!), ...conditions(flow, n!) }),
    },
  };
}

/** Samples whose randomness comes from a feed `seed`: what the sampler's file holds. */
export function sampleOfSeed(flow: Flow, n: number): Program {
  return inference(flow, { seed: INTEGER, n: INTEGER, ...conditionFields(flow, n) }, (feeds: Feeds) => {
    const { seed, label, context } = feeds;
    const scope = traceScope("eval", keyFromSeed(seed!.cast("u64")));
    return { samples: flow.sample(n, scope, flow.contextOf({ label, context })) };
  });
}

function both(flow: Flow, n: number, outputs: readonly ("z" | "logprob")[]): Program {
  return inference(flow, fields(flow, { n }), (batch: Feeds, scope) => {
    const context = flow.contextOf(batch);
    const { y: z, logDet } = flow.encode(batch["x"]!, { scope, context });
    const all = { z, logprob: flow.base.logProb(z, scope, context).add(logDet) };
    return Object.fromEntries(outputs.map((name) => [name, all[name]]));
  });
}

const INTEGER: BatchField = { shape: [], dtype: "i64" };

const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");

/** What example rows are conditioned on. */
function conditions(flow: Flow, n: number): Record<string, NdArray> {
  if (flow.classes > 0) {
    const labels = Array.from({ length: n }, (_, i) => i % flow.classes);
    return { label: ndarray(labels, [n], "i32") };
  }
  if (flow.contextDim === 0) return {};
  return { context: ndarray(normalDraws(split(key(11), 2), n * flow.contextDim), [n, flow.contextDim]) };
}
