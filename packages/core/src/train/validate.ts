/** @file Validation during training: how good it is on rows it does not learn from, the best so far, and when to stop. */
import { GenError } from "../error.js";
import type { Program } from "../program/program.js";
import type { Key } from "../rng/key.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Store } from "../runtime/store.js";
import type { Dataset } from "./data.js";
import { evaluate, type Mean } from "./evaluate.js";

export interface Validation {
  /** Gives one number a row for each metric. */
  readonly program: Program;
  /** The output that decides what is best. @default the first */
  readonly metric?: string;
  readonly data: Dataset;
  /** Steps between two validations; there is one at the end, too. */
  readonly every: number;
  readonly key?: Key;
  /** Evaluate these instead of the parameters: "ema". */
  readonly from?: string;
  /** Whether less of it is better. @default "lower" */
  readonly better?: "lower" | "higher";
  /** Keep a copy of the best parameters in the store, as `best.<name>`. @default false */
  readonly keepBest?: boolean;
  /** Stop after so many validations without a new best. @default never */
  readonly patience?: number;
}

export interface ValidationReport {
  readonly metrics: Readonly<Record<string, Mean>>;
  readonly isBest: boolean;
}

/** The best value so far is a state like any other, so that a resumed training goes on from it. */
const BEST = "best";

export class Validator {
  readonly #options: Validation;
  readonly #runtime: Runtime;
  readonly #store: Store;
  #best: number | undefined;
  #since = 0;

  constructor(options: Validation, { runtime, store }: { runtime: Runtime; store: Store }) {
    const { program, metric } = options;
    if (metric !== undefined && !program.outputs.includes(metric)) {
      throw new GenError("option", `validate: expected a metric out of ${program.outputs.join(", ")}, got "${metric}"`);
    }
    this.#options = options;
    this.#runtime = runtime;
    this.#store = store;
  }

  /** Whether the patience is used up. */
  get isDone(): boolean {
    return this.#options.patience !== undefined && this.#since >= this.#options.patience;
  }

  /** Validates, if it is time to. */
  async at(n: number, steps: number): Promise<ValidationReport | undefined> {
    const {
      program,
      metric = program.outputs[0]!,
      data,
      every,
      key,
      from,
      better = "lower",
      keepBest = false,
    } = this.#options;
    if (n % every !== 0 && n !== steps) return undefined;
    await this.#recall();
    const runtime = this.#runtime;
    const store = this.#store;
    const metrics = await evaluate(program, data, { runtime, store, from, ...(key === undefined ? {} : { key }) });
    const value = metrics[metric]!.mean;
    const isBest =
      Number.isFinite(value) &&
      (this.#best === undefined || (better === "lower" ? value < this.#best : value > this.#best));
    this.#since = isBest ? 0 : this.#since + 1;
    if (isBest) {
      this.#best = value;
      if (keepBest) await this.#keep(from);
    }
    await this.#remember();
    return { metrics, isBest };
  }

  async #keep(from: string | undefined): Promise<void> {
    for (const name of this.#options.program.reads.keys()) {
      const source = from !== undefined && this.#store.has(`${from}.${name}`) ? `${from}.${name}` : name;
      await this.#store.write(`${BEST}.${name}`, await this.#store.read(source));
    }
  }

  async #recall(): Promise<void> {
    if (this.#best !== undefined || !this.#store.has("validation")) return;
    const { data } = await this.#store.read("validation");
    const [best, since = 0] = new Float64Array(data.buffer, data.byteOffset, 2);
    this.#best = best;
    this.#since = since;
  }

  /** Two f64 by their bits, as u64: every device can keep these. */
  async #remember(): Promise<void> {
    if (this.#best === undefined) return;
    const { buffer } = Float64Array.of(this.#best, this.#since);
    await this.#store.write("validation", { dtype: "u64", shape: [2], data: new BigUint64Array(buffer) });
  }
}
