/** @file What went wrong: a run with a loss that is not finite, replayed step by step with every gradient in view. */
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import type { Program } from "../program/program.js";
import { split, type Key } from "../rng/key.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Store } from "../runtime/store.js";
import type { Batches } from "./data.js";

export interface Replay {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly data: Batches;
  readonly key: Key | undefined;
  readonly from: number;
  readonly steps: number;
}

/** The error that names the first step and tensor of a thrown-away run that were not finite. The store is not changed. */
export async function findFirstBad(
  step: Program,
  { runtime, store, data, key, from, steps }: Replay,
): Promise<GenError> {
  const probe = step.probe?.() ?? step;
  const scratch = runtime.emptyStore();
  for (const name of probe.reads.keys()) await scratch.write(name, await store.read(name));
  try {
    for (let n = from; n < from + steps; n++) {
      const outputs = await runtime.run(probe, {
        store: scratch,
        feeds: await data.at(n),
        ...(key === undefined ? {} : { key: split(key, n) }),
      });
      const bad = Object.entries(outputs).find(([, array]) => !isFinite(array));
      if (bad !== undefined) {
        const names = Object.entries(outputs).flatMap(([name, array]) => (isFinite(array) ? [] : [name]));
        return new GenError(
          "numeric",
          `fit: expected finite numbers, got ${firstBad(bad[1])} in "${bad[0]}" at step ${n + 1}${names.length > 1 ? ` (and in ${names.length - 1} more)` : ""}`,
          {
            fix: "lower the learning rate, clip the gradients, or look for extreme rows in the data; the store is as it was before this run",
          },
        );
      }
    }
  } finally {
    scratch.dispose();
  }
  return new GenError(
    "numeric",
    `fit: expected a finite loss in steps ${from + 1} to ${from + steps}, got one that is not`,
  );
}

function isFinite({ data }: NdArray): boolean {
  return data.every((v: number | bigint) => typeof v === "bigint" || Number.isFinite(v));
}

function firstBad({ data }: NdArray): string {
  return String([...data].find((v) => typeof v === "number" && !Number.isFinite(v)));
}
