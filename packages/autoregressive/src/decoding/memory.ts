/**
 * @file What a model has read, on its device: a memory that tokens are read into, that a loop writes into, and that goes
 * back. Its arrays are states in the model's store while it is open.
 */
import {
  GenError,
  ndarray,
  type Key,
  type Model,
  type NdArray,
  type Program,
  type Runtime,
  type Store,
} from "@gen/core";
import { matricesOf, programInBytes } from "@gen/core/onnx";
import type { LanguageModel } from "../text/language-model.js";
import { loopProgram, readProgram } from "./programs.js";
import type { Sampling } from "./sampling.js";

/** A trained language model: what it is, and where its numbers are. */
export interface Written {
  readonly model: LanguageModel & Model;
  readonly runtime: Runtime;
  readonly store: Store;
  /** Use `<from>.<name>` where it is there: "best" or "ema". */
  readonly from?: string | undefined;
  /** The numbers of matrices that products are computed with in 8 bits. @see {@link inBytes} */
  readonly matrices?: ReadonlyMap<string, NdArray>;
}

/**
 * The same model to write with in 8 bits: on a CPU sooner, and a little less exact. It keeps to the numbers that the store has
 * now. Files of precision "i8" give the same.
 *
 * @throws GenError `option` for a model without matrices that are large enough to be worth it
 */
export async function inBytes(of: Written): Promise<Written> {
  const { model, store, from } = of;
  const program = readProgram(model, { n: 1, places: 4, t: 1, name: "memory" });
  const names = matricesOf(program);
  if (names.length === 0) {
    throw new GenError("option", "inBytes: expected large matrices, which 8 bits are for, got a model without any", {
      fix: "write with it as it is",
    });
  }
  const matrices = new Map<string, NdArray>();
  for (const name of names) {
    const source = from !== undefined && store.has(`${from}.${name}`) ? `${from}.${name}` : name;
    matrices.set(name, await store.read(source));
  }
  return { ...of, matrices };
}

/** Programs by what they are for, and names of memories in use, so that a second text waits for no other. */
const programs = new WeakMap<object, Map<string, Program>>();
const names = new WeakMap<Store, Set<number>>();

export class Memory {
  readonly #of: Written;
  readonly #sizes: { readonly n: number; readonly places: number; readonly name: string };
  readonly #number: number;
  #blank: NdArray;
  #filled = 0;

  constructor(of: Written, { n, places }: { readonly n: number; readonly places: number }) {
    this.#of = of;
    const taken = names.get(of.store) ?? new Set();
    names.set(of.store, taken);
    this.#number = 0;
    while (taken.has(this.#number)) this.#number++;
    taken.add(this.#number);
    this.#sizes = { n, places, name: `memory${this.#number}` };
    this.#blank = i32(new Array<number>(n).fill(0));
  }

  /** Places that are filled, blanks included. */
  get filled(): number {
    return this.#filled;
  }
  get places(): number {
    return this.#sizes.places;
  }

  /**
   * Reads rows of tokens of different lengths from the beginning: what it held is forgotten.
   *
   * @returns logits [n, V] of what comes after each
   */
  async begin(rows: readonly (readonly number[])[]): Promise<Float32Array> {
    const t = bucket(Math.max(...rows.map(({ length }) => length)), this.places);
    this.#filled = 0;
    this.#blank = i32(rows.map(({ length }) => t - length));
    return this.read(rows.map((row) => [...new Array<number>(t - row.length).fill(0), ...row]));
  }

  /**
   * Reads as many tokens of each row.
   *
   * @param parents of each row, the row whose memory it goes on with. @default its own
   * @returns logits [n, V] of what comes after the last
   */
  async read(rows: readonly (readonly number[])[], parents?: readonly number[]): Promise<Float32Array> {
    return this.#read(rows, { each: false, parents });
  }

  /** The same, with logits [n, t, V] of what comes after each. */
  async readEach(rows: readonly (readonly number[])[]): Promise<Float32Array> {
    return this.#read(rows, { each: true });
  }

  /** Writes `steps` tokens, inside one graph. @returns tokens [steps, n], and log p of each by the model itself */
  async loop({ steps, sampling, key, ...feeds }: LoopRequest): Promise<{ tokens: Int32Array; logProb: Float32Array }> {
    this.#checkRoom(steps);
    const program = this.#program(`loop ${steps} ${JSON.stringify(sampling)}`, () =>
      loopProgram(this.#of.model, { ...this.#sizes, steps, sampling }),
    );
    const { token, drawn, seen, written } = feeds;
    const { n } = this.#sizes;
    const counted = [...program.feeds.keys()].includes("seen");
    const table = (rows: readonly Float32Array[]): NdArray =>
      ndarray(Float32Array.from(rows.flatMap((row) => [...row])), [n, this.#of.model.vocabulary]);
    const { tokens, logProb } = await this.#run(program, {
      ...(key === undefined || sampling.greedy ? {} : { key }),
      feeds: {
        token: i32(token),
        start: scalar(this.#filled),
        blank: this.#blank,
        drawn: scalar(drawn),
        ...(counted ? { seen: table(seen()), written: table(written()) } : {}),
      },
    });
    this.#filled += steps;
    return { tokens: tokens!.data as Int32Array, logProb: logProb!.data as Float32Array };
  }

  /**
   * Goes back to an earlier place: what was read after is as if it had not been.
   *
   * @throws GenError `option` for a model that cannot
   */
  rewind(to: number): void {
    if (!this.#of.model.canRewind) {
      throw new GenError(
        "option",
        "decoding: expected a model that can go back, got one whose memory is its last state",
      );
    }
    this.#filled = to;
  }

  /** Takes its arrays out of the store. */
  close(): void {
    for (const [i] of this.#of.model.memory(1, 1).entries()) this.#of.store.delete(`${this.#sizes.name}.${i}`);
    names.get(this.#of.store)!.delete(this.#number);
  }

  async #read(
    rows: readonly (readonly number[])[],
    { each, parents }: { readonly each: boolean; readonly parents?: readonly number[] | undefined },
  ): Promise<Float32Array> {
    const t = rows[0]!.length;
    this.#checkRoom(t);
    const reorders = parents !== undefined;
    const program = this.#program(`read ${t} ${each} ${reorders}`, () =>
      readProgram(this.#of.model, { ...this.#sizes, t, each, reorders }),
    );
    const { logits } = await this.#run(program, {
      feeds: {
        tokens: ndarray(Int32Array.from(rows.flat()), [rows.length, t], "i32"),
        start: scalar(this.#filled),
        blank: this.#blank,
        ...(reorders ? { parents: i32(parents) } : {}),
      },
    });
    this.#filled += t;
    return logits!.data as Float32Array;
  }

  #run(
    program: Program,
    options: { readonly feeds: Readonly<Record<string, NdArray>>; readonly key?: Key },
  ): Promise<Record<string, NdArray>> {
    const { runtime, store, from } = this.#of;
    return runtime.run(program, { store, from, ...options });
  }

  #checkRoom(t: number): void {
    if (this.#filled + t <= this.places) return;
    throw new GenError("range", `decoding: expected at most ${this.places} tokens in memory, got ${this.#filled + t}`);
  }

  #program(purpose: string, make: () => Program): Program {
    const { n, places, name } = this.#sizes;
    const { model, matrices } = this.#of;
    const known = programs.get(matrices ?? model) ?? new Map<string, Program>();
    programs.set(matrices ?? model, known);
    const id = `${name} ${n} ${places} ${purpose}`;
    const found = known.get(id) ?? (matrices === undefined ? make() : programInBytes(make(), matrices));
    known.set(id, found);
    return found;
  }
}

export interface LoopRequest {
  readonly steps: number;
  readonly sampling: Sampling;
  readonly key: Key | undefined;
  /** The last token of each row, not read yet. */
  readonly token: readonly number[];
  /** Tokens that were drawn before. */
  readonly drawn: number;
  /** How often each token came, [V] for each row: in all, and after the prompt. */
  readonly seen: () => readonly Float32Array[];
  readonly written: () => readonly Float32Array[];
}

/** How many places a text gets for `count` tokens: few sizes, so that few programs are made. */
export function bucket(count: number, most = Infinity): number {
  const rounded = count <= 256 ? 2 ** Math.ceil(Math.log2(Math.max(count, 4))) : 256 * Math.ceil(count / 256);
  return Math.max(count, Math.min(rounded, most));
}

const i32 = (values: readonly number[]): NdArray => ndarray(Int32Array.from(values), [values.length], "i32");
const scalar = (value: number): NdArray => ndarray(Int32Array.of(value), [], "i32");
