/** @file The one error type. Its message is a line a stuck reader can act on; its code is for programs. */

/** What kind of thing went wrong; a closed list, so that callers can switch over it. */
export type ErrorCode =
  | "shape" // a tensor or array has the wrong extent
  | "dtype" // … or the wrong element type
  | "range" // a number lies outside what the operation allows
  | "graph" // a program is put together wrongly
  | "numeric" // a value stopped being finite
  | "data" // the user's data cannot be used as given
  | "file" // a file is missing, unreadable or unwritable
  | "format" // a file's content is malformed
  | "hash" // a file's content is not what it was
  | "version" // written by a newer version than this one
  | "option" // an option is unknown, invalid or without effect
  | "device" // a device is missing, lost, or lacks a kernel
  | "aborted" // the caller's signal stopped the work
  | "internal"; // a broken promise of ours; please report it

const BRAND = Symbol.for("gen.error");

export interface ErrorDetails {
  /** What to do about it, as an imperative: shown after `fix:`. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/**
 * Every error that the packages throw. The message reads `where: expected …, got …`, followed by a `fix:` line
 * where one is known. Recognise it by {@link isGenError}, not `instanceof`: two copies of a package may be installed.
 */
export class GenError extends Error {
  override readonly name = "GenError";
  readonly [BRAND] = true;
  readonly code: ErrorCode;
  readonly fix: string | undefined;

  constructor(code: ErrorCode, message: string, { fix, cause }: ErrorDetails = {}) {
    super(fix === undefined ? message : `${message}\n  fix: ${fix}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.fix = fix;
  }
}

/** Is `value` an error of ours, from whichever copy of the package? */
export function isGenError(value: unknown): value is GenError {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
