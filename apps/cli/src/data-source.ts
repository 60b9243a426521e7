/** @file Where data comes from: a name that `--data` takes, its own options, and how to open it. */
import type { Splits } from "./recipe.js";
import type { Fields } from "./schema/field.js";
import type { OptionsOf, Schema } from "./schema/schema.js";

export interface OpenContext {
  /** What `--data` says; for a source that is a folder, its absolute path. */
  readonly data: string;
  readonly signal: AbortSignal;
  /** For what takes a while: "downloading MNIST, 11.6 MB". */
  note(text: string): void;
}

export interface DataSource<F extends Fields = Fields> {
  readonly name: string;
  readonly summary: string;
  readonly options: Schema<F>;
  open(options: OptionsOf<Schema<F>>, context: OpenContext): Promise<Splits>;
}

/** A data source, with the types of its options inferred. */
export function defineDataSource<F extends Fields>(source: DataSource<F>): DataSource<F> {
  return source;
}
