/** @file What the page asks of a family: a model of the rows that it is given, its step of training, and what is shown of it. */
import type { Fields, OptionsOf, Schema } from "@gen/cli/options";
import type { Batches, Dataset, ExportFile, Key, Model, NdArray, Program } from "@gen/core";
import { batches, split } from "@gen/core";
import { adam, type Optimizer } from "@gen/core/optim";
import { chosenBy, type Form, type Told } from "../form/form.js";

export interface Settings {
  readonly learningRate: number;
  /** Rows of a step. */
  readonly batch: number;
  /** What was set in the forms of families, by the family. @default nothing */
  readonly options?: Readonly<Record<string, Told>>;
}

/** Points that are drawn at once. */
export const SAMPLES = 600;

/** A program to run for what is shown. */
export interface Asked {
  readonly program: Program;
  /** Its output. */
  readonly output: string;
  /** What it takes. @default nothing */
  readonly feeds?: Readonly<Record<string, NdArray>>;
}

/** A model in training. */
export interface Course {
  readonly model: Model;
  readonly step: Program;
  readonly data: Batches;
  /** What is shown of it: {@link SAMPLES} points [n, 2], in the plane. */
  readonly samples: Asked;
  /** log p, in nats, of n rows x [n, 2]; a family without a density has none. */
  readonly logDensity?: (n: number) => Program;
  /** What an export of it holds. */
  readonly files: () => Readonly<Record<string, ExportFile>>;
}

export interface Family {
  readonly id: string;
  readonly name: string;
  /** What is trained, in a line; what is below it in braces after _. */
  readonly equation: string;
  readonly paper: string;
  /** What the curve shows. */
  readonly lossLabel: string;
  /** What the map of log p is: exact, or a bound. */
  readonly densityLabel?: string;
  /** What may be set of it. */
  readonly form: Form;
  /** @throws GenError for settings that do not go together */
  course(points: Dataset, settings: Settings, key: Key): Course;
}

/** The batches of a course: the same for every family with the same key, so that all see the same rows. */
export function rowsOf(points: Dataset, { batch }: Settings, key: Key): Batches {
  return batches(points, { size: batch, key: split(key, 0) });
}

/** All options of a family. */
export function toldTo<F extends Fields>(id: string, form: Form<F>, { options }: Settings): OptionsOf<Schema<F>> {
  return chosenBy(form, options?.[id] ?? {}, id);
}

export function optimizerOf({ learningRate }: Settings): Optimizer {
  return adam({ learningRate });
}
