/** @file Means over exactly the rows of a data set, whatever the batch size. */
import { GenError } from "../error.js";
import type { Program } from "../program/program.js";
import { split, type Key } from "../rng/key.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Store } from "../runtime/store.js";
import { showShape } from "../shape.js";
import type { Dataset } from "./data.js";

export interface EvaluateOptions {
  readonly runtime: Runtime;
  readonly store: Store;
  /** Batch b draws from child b. */
  readonly key?: Key;
  readonly from?: string | undefined;
  readonly signal?: AbortSignal;
}

/** A mean, how many rows it is over, and the standard error that so many rows leave. */
export interface Mean {
  readonly mean: number;
  readonly count: number;
  readonly standardError: number;
}

/**
 * The mean of each output over the rows of a data set. The program takes a batch and gives one number a row; the last
 * batch is filled up with its first row, and what those copies give is left out.
 *
 * @throws GenError `shape` if an output is not one number a row, `data` for an empty set
 */
export async function evaluate(
  program: Program,
  data: Dataset,
  { runtime, store, key, from, signal }: EvaluateOptions,
): Promise<Record<string, Mean>> {
  const size = batchSize(program);
  if (data.length === 0) throw new GenError("data", "evaluate: expected a data set with rows, got an empty one");
  const sums = new Map(program.outputs.map((name) => [name, { sum: 0, squares: 0 }]));
  for (let start = 0, batch = 0; start < data.length; start += size, batch++) {
    signal?.throwIfAborted();
    const rows = Math.min(size, data.length - start);
    const all = await data.rows(Array.from({ length: size }, (_, i) => (i < rows ? start + i : start)));
    const feeds = Object.fromEntries(
      [...program.feeds.keys()].flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])),
    );
    const outputs = await runtime.run(program, {
      store,
      feeds,
      from,
      ...(key === undefined ? {} : { key: split(key, batch) }),
    });
    for (const [name, total] of sums) {
      const values = outputs[name]!;
      for (let i = 0; i < rows; i++) {
        const value = Number(values.data[i]);
        total.sum += value;
        total.squares += value * value;
      }
    }
  }
  return Object.fromEntries([...sums].map(([name, total]) => [name, meanOf(total, data.length)]));
}

function meanOf({ sum, squares }: { sum: number; squares: number }, count: number): Mean {
  const mean = sum / count;
  const variance = count > 1 ? Math.max(0, (squares - count * mean * mean) / (count - 1)) : 0;
  return { mean, count, standardError: Math.sqrt(variance / count) };
}

/** The rows that a program takes at once: the one extent of all its per-row outputs. */
function batchSize({ graph, outputs }: Program): number {
  const shapes = graph.outputs
    .filter(({ name }) => outputs.includes(name))
    .map(({ name, node }) => ({ name, shape: node.types[0]!.shape }));
  const size = shapes[0]?.shape[0];
  for (const { name, shape } of shapes) {
    if (size === undefined || shape.length !== 1 || shape[0] !== size) {
      throw new GenError(
        "shape",
        `evaluate: expected one number a row, [${size ?? "N"}], as output "${name}", got ${showShape(shape)}`,
      );
    }
  }
  return size ?? 1;
}
