/** @file fit: the training loop. No callbacks, no globals: it yields a report for each step, and the caller decides. */
import { GenError } from "../error.js";
import { bytesPerElement, isReal } from "../dtype.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { repeat, STEP } from "../program/compose.js";
import type { Program } from "../program/program.js";
import { split, type Key } from "../rng/key.js";
import type { Pending, Runtime } from "../runtime/runtime.js";
import type { Store } from "../runtime/store.js";
import { showShape, sizeOf } from "../shape.js";
import { mapRows, type Batches, type Rows } from "./data.js";
import { findFirstBad } from "./replay.js";
import { Validator, type Validation, type ValidationReport } from "./validate.js";

export interface FitOptions {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly data: Batches;
  /** Steps in all, counted from the very beginning of the training, not from `from`. */
  readonly steps: number;
  /** Where the steps' randomness comes from; step n draws from child n. */
  readonly key?: Key;
  /** Steps that were taken before, when a training is resumed. @default 0 */
  readonly from?: number;
  /** The store is settled at each multiple of this, so that a checkpoint can be written there. */
  readonly every?: number;
  readonly signal?: AbortSignal;
  readonly validate?: Validation;
  /** Longest time between two looks at the signal, in milliseconds. @default 250 */
  readonly patienceMs?: number;
}

export interface Report {
  /** Steps taken, this one included. */
  readonly n: number;
  /** The output `loss`, or the first one. */
  readonly loss: number;
  /** All outputs of the step. */
  readonly outputs: Readonly<Record<string, number>>;
  /** Steps per second, over the last run. */
  readonly rate: number;
  readonly device: string;
  /** Whether the store holds the state after exactly this step. */
  readonly settled: boolean;
  readonly validation?: ValidationReport;
}

/** Most memory that the batches of one run may take. */
const FEED_BYTES = 64 * 2 ** 20;
/** Programs of several steps that stay ready: as many lengths as the stretch between two stops takes, most of the time. */
const COMPILED = 5;

/**
 * Trains: repeats a step over batches, K steps in one run where that is the fast way. K follows from the clock and does
 * not change the result.
 *
 * @throws GenError `aborted` when the signal says so (the store is settled), `numeric` naming the step and the tensor
 * when the loss stops being finite (the store is as it was before that run), `shape`/`dtype`/`data` for batches that
 * do not fit
 */
export async function* fit(step: Program, options: FitOptions): AsyncGenerator<Report, void> {
  const { runtime, store, steps, key, from = 0, every, signal, validate } = options;
  checkBatches(step, options.data);
  const data = needed(step, options.data);
  if (step.usesKey && key === undefined)
    throw new GenError("graph", "fit: expected a key, as the step draws random numbers, got none", {
      fix: "pass { key: key(seed) }",
    });
  const lacking = [...step.reads].find(([name, { kind }]) => kind === "state" && !store.has(name))?.[0];
  if (from > 0 && lacking !== undefined) {
    throw new GenError("graph", `fit: expected a store with "${lacking}" after ${from} steps, got one without`, {
      fix: "go on with the optimizer, the version and the parameters to learn of the steps before, or begin anew (from: 0)",
    });
  }
  const validator = validate === undefined ? undefined : new Validator(validate, { runtime, store });
  const pace = new Pace(step, { runtime, patienceMs: options.patienceMs ?? 250, steps: steps - from });
  const stops = [every, validate?.every].flatMap((n) => (n === undefined ? [] : [n]));

  const gather = (n: number): { k: number; feeds: Promise<Rows> } => {
    const k = pace.next(Math.min(steps - n, ...stops.map((stop) => stop - (n % stop))));
    const feeds = loadRun(data, n, k);
    feeds.catch(() => undefined); // awaited below; a batch fetched ahead may fail unheard
    return { k, feeds };
  };

  try {
    let ahead = from < steps ? gather(from) : undefined;
    for (let n = from; ahead !== undefined;) {
      if (signal?.aborted === true) throw aborted(n, signal);
      const { k, feeds } = ahead;
      const batch = await feeds;
      const running = pace.run(k, { store, feeds: batch, key, n });
      ahead = n + k < steps && pace.settled ? gather(n + k) : undefined; // read the next batches while this run works
      const { pending, seconds } = await running;
      const rows = rowsOf(step, pending, k);
      if (rows.some((row) => !Object.values(row).every(Number.isFinite))) {
        pending.discard();
        throw await findFirstBad(step, { runtime, store, data, key, from: n, steps: k });
      }
      pending.commit();
      n += k;
      ahead ??= n < steps ? gather(n) : undefined;
      const validation = await validator?.at(n, steps);
      for (const [i, outputs] of rows.entries()) {
        const settled = i === rows.length - 1;
        const done = n - rows.length + i + 1;
        const loss = outputs["loss"] ?? Object.values(outputs)[0] ?? NaN;
        const report = { n: done, loss, outputs, rate: k / seconds, device: runtime.device, settled };
        yield settled && validation !== undefined ? { ...report, validation } : report;
      }
      if (validator?.isDone === true) return;
    }
  } finally {
    await pace.release();
  }
}

/**
 * How many steps one run takes, and the programs for it: 1, 2, 3, 4, 6, 8, 12, …, the most that stay within the
 * patience; few enough that each is compiled once.
 */
class Pace {
  /** By length, the one that ran last at the end. Where lengths are many, that of one step is one of them: all share a session. */
  readonly #programs = new Map<number, Program>();
  readonly #loops: boolean;
  readonly #step: Program;
  readonly #runtime: Runtime;
  readonly #seconds: number;
  readonly #limit: number;
  #most = 1;
  #runs = 0;

  constructor(step: Program, { runtime, patienceMs, steps }: { runtime: Runtime; patienceMs: number; steps: number }) {
    this.#runtime = runtime;
    this.#loops = runtime.loopsInside && steps > 1;
    this.#seconds = patienceMs / 1000;
    this.#step = step;
    const bytes = [...step.feeds.values()].reduce(
      (sum, { dtype, shape }) => sum + bytesPerElement(dtype) * sizeOf(shape),
      1,
    );
    this.#limit = Math.max(1, Math.min(512, FEED_BYTES / bytes));
  }

  /** Whether K has been found: only then is it worth fetching ahead. */
  get settled(): boolean {
    return !this.#loops || this.#runs >= 3;
  }

  next(room: number): number {
    const most = Math.max(1, Math.min(room, this.#most));
    const power = 2 ** Math.floor(Math.log2(most));
    return power >= 2 && 1.5 * power <= most ? 1.5 * power : power;
  }

  async run(
    k: number,
    { store, feeds, key, n }: { store: Store; feeds: Rows; key: Key | undefined; n: number },
  ): Promise<{ pending: Pending; seconds: number }> {
    const program = this.#loops ? await this.#programOf(k) : this.#step;
    await this.#runtime.compile(program);
    const draws = program.usesKey && key !== undefined;
    const start = performance.now();
    const pending = await this.#runtime.start(program, {
      store,
      feeds: !this.#loops ? unstacked(feeds) : draws ? { ...feeds, [STEP]: ndarray([BigInt(n)], [], "u64") } : feeds,
      giveFeeds: true, // they were stacked for this run alone
      ...(draws ? { key: this.#loops ? key : split(key, n) } : {}),
    });
    const seconds = (performance.now() - start) / 1000;
    this.#adapt(seconds / k);
    return { pending, seconds };
  }

  /** The first run warms up; the next ones show how long a step takes. */
  #adapt(secondsPerStep: number): void {
    this.#runs++;
    if (!this.#loops || this.#runs < 2) return;
    const wanted = Math.max(1, Math.min(this.#limit, (0.9 * this.#seconds) / secondsPerStep));
    const isTooMuch = wanted < this.#most;
    const isTooLittle = wanted > 2 * this.#most; // a new K is traced and lowered first: not for a moment's gain
    if (this.#runs <= 8 || isTooMuch || isTooLittle) this.#most = wanted; // a step is quicker in a longer run
  }

  /** Lets go of what this fit compiled: nobody else can run it, and garbage is not collected for the sake of native memory. */
  async release(least = 0): Promise<void> {
    for (const [k, program] of this.#programs) {
      if (this.#programs.size <= least) return;
      this.#programs.delete(k);
      await this.#runtime.release(program);
    }
  }

  async #programOf(k: number): Promise<Program> {
    const program = this.#programs.get(k) ?? repeat(this.#step, k);
    this.#programs.delete(k);
    this.#programs.set(k, program);
    await this.release(COMPILED);
    return program;
  }
}

/** The fields that a step takes; a data set may have others, as labels that a model does without. */
function needed(step: Program, data: Batches): Batches {
  const pick = <T>(fields: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => step.feeds.has(name)));
  return {
    size: data.size,
    fields: pick(data.fields),
    at: async (n) => pick(await data.at(n)),
    ...(data.several === undefined ? {} : { several: async (n, k) => pick(await data.several!(n, k)) }),
  };
}

/** Batches n … n + k − 1, stacked, in new arrays, whatever the data's own may be. */
async function loadRun(data: Batches, n: number, k: number): Promise<Rows> {
  const rows = (await data.several?.(n, k)) ?? (await joined(data, n, k));
  checkFinite(rows, n);
  return rows;
}

async function joined(data: Batches, n: number, k: number): Promise<Rows> {
  const parts = await Promise.all(Array.from({ length: k }, async (_, i) => data.at(n + i)));
  return mapRows(parts[0]!, (_, name) => stacked(parts.map((rows) => rows[name]!)));
}

function stacked(parts: readonly NdArray[]): NdArray {
  const { dtype, shape, data } = parts[0]!;
  const joined = new (data.constructor as new (n: number) => typeof data)(data.length * parts.length);
  parts.forEach((part, i) => joined.set(part.data as never, i * data.length));
  return { dtype, shape: [parts.length, ...shape], data: joined };
}

function unstacked(rows: Rows): Rows {
  return mapRows(rows, ({ shape, ...rest }) => ({ ...rest, shape: shape.slice(1) }));
}

function rowsOf(step: Program, { outputs }: Pending, k: number): Record<string, number>[] {
  return Array.from({ length: k }, (_, i) =>
    Object.fromEntries(step.outputs.map((name) => [name, Number(outputs[name]!.data[i])])),
  );
}

function checkBatches(step: Program, data: Batches): void {
  for (const { name, node } of step.graph.outputs) {
    const { shape } = node.types[0]!;
    if (step.outputs.includes(name) && shape.length > 0) {
      throw new GenError(
        "shape",
        `fit: expected scalar outputs of a training step, got "${name}" ${showShape(shape)}`,
        { fix: "report its mean" },
      );
    }
  }
  for (const [name, type] of step.feeds) {
    const field = data.fields[name];
    const wanted = `${type.dtype}${showShape(type.shape)}`;
    if (field === undefined) {
      throw new GenError(
        "data",
        `fit: expected a field "${name}" ${wanted} in the data, got ${Object.keys(data.fields).join(", ")}`,
      );
    }
    const got = `${field.dtype}${showShape([data.size, ...field.shape])}`;
    if (got !== wanted) throw new GenError("shape", `fit: expected batches of "${name}" ${wanted}, got ${got}`);
  }
}

/** NaN or ∞ in the data, stacked from batch `step` on, ruins a training for good: it is refused at the door. */
function checkFinite(rows: Rows, step: number): void {
  for (const [name, { dtype, shape, data }] of Object.entries(rows)) {
    if (!isReal(dtype) || dtype === "f16") continue;
    if (isFinite(data as Float32Array)) continue;
    const bad = (data as Float32Array).findIndex((v) => !Number.isFinite(v));
    const row = Math.floor(bad / (data.length / (shape[0]! * shape[1]!)));
    const where = `row ${row % shape[1]!} of batch ${step + Math.floor(row / shape[1]!)}`;
    throw new GenError(
      "data",
      `fit: expected finite numbers in the data, got ${String(data[bad])} in "${name}", ${where}`,
      {
        fix: "remove such rows, or fill the gaps",
      },
    );
  }
}

/**
 * Whether there is no NaN and no ∞: 0·x is 0 for every other number. One pass, as it sees every number of the data, and
 * in four sums, since one would wait for each addition.
 */
function isFinite(data: Float32Array): boolean {
  const even = data.length - (data.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < even; i += 4) {
    a += 0 * data[i]!;
    b += 0 * data[i + 1]!;
    c += 0 * data[i + 2]!;
    d += 0 * data[i + 3]!;
  }
  for (let i = even; i < data.length; i++) a += 0 * data[i]!;
  return a + b + c + d === 0;
}

function aborted(n: number, signal: AbortSignal): GenError {
  return new GenError("aborted", `fit: stopped after step ${n}, as asked`, { cause: signal.reason });
}
