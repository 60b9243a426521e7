/**
 * @file What a model family offers to the commands. A recipe is a value: the built-in ones stand in a registry, one of your
 * own is a module that exports one. Nothing here knows which families there are.
 */
import type { Batches, Dataset, ExportFile, Key, Model, NdArray, Program, Runtime, Store } from "@gen/core";
import type { Codec, ColumnInfo } from "@gen/core/codec";
import type { Tokenizer } from "@gen/autoregressive";
import type { Sound } from "@gen/data";
import type { Published } from "./language.js";
import type { Score } from "./output/score.js";
import type { Point } from "./plot/series.js";
import type { CurveText, PictureText, Quantity } from "./report/about.js";
import type { Fields } from "./schema/field.js";
import type { OptionsOf, Schema } from "./schema/schema.js";

/** What is learned from, and what is kept apart to measure on. All three have the same fields. */
export interface Splits {
  readonly train: Dataset;
  /** Measured during training, and what early stopping would look at. */
  readonly validation: Dataset;
  /** Measured once, by `gen eval`. */
  readonly test: Dataset;
  /** One line for the report: "6,200 letters and digits, 28 × 28". */
  readonly about: string;
  /** Terms under which a model of these data may be used, for the card: an SPDX expression where there is one. */
  readonly licence?: string;
  /** What the columns of x are, of a table; a field `mask` is 1 where a value is known, if any may be missing. */
  readonly columns?: readonly ColumnInfo[];
  /** Between a text and its tokens, for data that are texts. */
  readonly tokenizer?: Tokenizer;
  /** How to play the rows, of data that are music. */
  readonly score?: Score;
  /** What prompts were put into, with {} in their place, as it was typed, of data that are prompts and answers. */
  readonly template?: string;
  /** The special token that ends each text, of data that are texts. */
  readonly end?: string;
  /** A trained language model, whose tokens these are, to go on with. */
  readonly language?: Published;
  /** Samples a second, of sounds. */
  readonly rate?: number;
  /** Names of the classes that a field `label` counts, if there is one. */
  readonly classes?: readonly string[];
  /** Of a mixture of normal laws that is known: where its modes are, and their deviation along any axis. */
  readonly modes?: { readonly centres: readonly (readonly number[])[]; readonly std: number };
  /** What is said of each row, if anything: names of pictures. */
  readonly texts?: Readonly<Record<"train" | "validation" | "test", readonly string[]>>;
}

export interface PrepareContext {
  readonly data: Splits;
  /** Rows in a batch. */
  readonly batchSize: number;
  /** Steps that are planned, for schedules. */
  readonly steps: number;
  /** For the order of the batches. */
  readonly key: Key;
}

/** A model in training or after it: its numbers are in the store. */
export interface Live {
  readonly runtime: Runtime;
  readonly store: Store;
  /** Use `<from>.<name>` instead of `<name>` where it is there: "best" for the best so far, "ema" for averages. */
  readonly from?: string;
}

export interface Picture extends PictureText {
  /** Pictures in a row of the grid. */
  readonly columns: number;
  /** Each pixel becomes a square of so many. @default 1 */
  readonly scale?: number;
  /** Of an animation: what is drawn are so many grids, one after the other. @default none: one grid, a picture that stands */
  readonly frames?: number;
  /**
   * @param live the model; `key` is the same at each step, so that one sees the same picture become better.
   * @returns [N, C, H, W] f32, intensities in [0, 1]; C is 1 or 3
   */
  draw(live: Live & { readonly key: Key }): Promise<NdArray>;
}

/** What a model makes to be listened to. */
export interface Recording extends PictureText {
  /** @param live the model when its training has ended */
  record(live: Live & { readonly key: Key }): Promise<readonly Sound[]>;
}

/** A curve of a trained model. */
export interface Curve extends CurveText {
  measure(live: Live & { readonly key: Key }): Promise<readonly Point[]>;
}

/** A model that is ready to be trained. Programs are fed by fields of the data with the same name. */
export interface Trainable<E extends Fields = Fields> {
  /** The record whose learned parts `runtime.init` fills. */
  readonly model: Model;
  /** One step of training; its output `loss`, or its first, is the one to show. */
  readonly step: Program;
  /** What feeds it. */
  readonly batches: Batches;
  /** Sets what starts from data, once, before the first step. */
  start?(live: Live & { readonly key: Key }): Promise<void>;
  /** How to read the loss. */
  readonly loss: Quantity;
  /** How to read the other outputs of a step that are worth a curve, by name; those of one label share a chart. */
  readonly parts?: Readonly<Record<string, Quantity>>;
  /** Follows the steps, and says what is wrong with the training and what to try, if anything. */
  readonly watch?: Watch;
  /** Gives one number a row, [N], for each metric; the command takes the mean over held-out rows. */
  readonly validation: Program;
  /** What sets of samples tell and no single row does, as distances and coverage: further metrics, whenever `validation` is. */
  measure?(live: Live & { readonly key: Key }): Promise<Readonly<Record<string, number>>>;
  /** How to read the outputs of `validation` and `measure`, by name; the first of `validation` decides which parameters are the best. */
  readonly metrics: Readonly<Record<string, Quantity>>;
  /** Whether the parameters that measured best are kept; without, the last ones are used. @default true */
  readonly keepsBest?: boolean;
  /** Rows to measure on, with the fields that `validation` feeds on. */
  heldOut(split: "validation" | "test"): Dataset;
  /** How many of the validation rows are measured on while it trains, for a model that is slow to measure. @default all */
  readonly choosing?: number;
  /** Measure and use the running averages of this name instead of the parameters: "ema". */
  readonly from?: string;
  /** Pictures by name (kebab-case), the one to look at first first. */
  readonly pictures: Readonly<Record<string, Picture>>;
  /** What there is to listen to at the end, by name (kebab-case). */
  readonly recordings?: Readonly<Record<string, Recording>>;
  /** The recipe's `evaluation`, on these rows. @returns its metrics by name */
  evaluate?(live: Live, request: EvaluationRequest<E>): Promise<Readonly<Record<string, number>>>;
  /** Curves of the trained model that are not over steps, by name: drawn at the end of a run. */
  readonly curves?: Readonly<Record<string, Curve>>;
  /** Between the user's rows and the model's, for the card. */
  readonly codec?: Codec;
  /** Options of another run that the model was made from, for the card, where the run's own do not win. */
  readonly inherited?: Readonly<Record<string, unknown>>;
  /** Words that the model knows, by their numbers from 1 on, for the card. */
  readonly words?: readonly string[];
  /** Further files of the exported model by their names, as text. */
  readonly texts?: Readonly<Record<string, string>>;
  /** The model in the layout of a folder of others, by whose it is: its files by their paths. */
  readonly layouts?: Readonly<Record<string, (live: Live) => Promise<ReadonlyMap<string, Uint8Array>>>>;
  /** The files of the exported model, `sampler` among them. */
  readonly files: Readonly<Record<string, ExportFile>>;
}

/** A diagnosis in progress. */
export interface Watch {
  /** Takes the outputs of a step. */
  add(step: number, outputs: Readonly<Record<string, number>>): void;
  /** One paragraph for each thing that is wrong now. */
  notes(): readonly string[];
}

export interface EvaluationRequest<E extends Fields = Fields> {
  readonly rows: Dataset;
  readonly options: OptionsOf<Schema<E>>;
  readonly key: Key;
  readonly signal: AbortSignal;
  /** To be called with the fraction that is done, in [0, 1]. */
  onProgress(fraction: number): void;
}

/** How to make a model of a family from options and data. */
export interface Recipe<F extends Fields = Fields, E extends Fields = Fields> {
  /** Which family it belongs to: "vae". */
  readonly family: string;
  /** What one types: `gen train <name>`. */
  readonly name: string;
  /** One sentence for the help. */
  readonly summary: string;
  /** Its own options; those of training (`steps`, `batchSize`, `seed`, …) are the command's. */
  readonly options: Schema<F>;
  /** Which of its options say how the exported files draw, not what is learned: `gen export` takes them anew. @default none */
  readonly drawing?: readonly (keyof F & string)[];
  /** Defaults of training that suit this recipe. */
  readonly defaults?: TrainingDefaults;
  /** What `gen eval` can measure beyond the metrics of training. */
  readonly evaluation?: Evaluation<E>;
  prepare(options: OptionsOf<Schema<F>>, context: PrepareContext): Trainable<E> | Promise<Trainable<E>>;
}

export interface TrainingDefaults {
  /** What `--data` says unless given. */
  readonly data?: string;
  readonly steps?: number;
  readonly batchSize?: number;
}

/** A measurement that takes its time, and its options. */
export interface Evaluation<E extends Fields = Fields> {
  readonly options: Schema<E>;
  /** How to read what `Trainable.evaluate` returns. */
  readonly metrics: Readonly<Record<string, Quantity>>;
}

/** A recipe, with the types of its options inferred. */
export function defineRecipe<F extends Fields, E extends Fields>(recipe: Recipe<F, E>): Recipe<F, E> {
  return recipe;
}
