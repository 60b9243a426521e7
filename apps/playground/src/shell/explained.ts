/** @file What went wrong, in a sentence for people, with what to do where one knows. */
import { isGenError } from "@gen/core/sample";

export function explained(error: unknown): string {
  const { what, fix } = partsOf(error);
  return fix === undefined ? what : `${what}\nTo fix it: ${fix}`;
}

/** An error's own words, and what to do about it. */
export function partsOf(error: unknown): { readonly what: string; readonly fix: string | undefined } {
  const message = error instanceof Error ? error.message : String(error);
  const fix = isGenError(error) ? error.fix : undefined;
  return { what: fix === undefined ? message : message.replace(`\n  fix: ${fix}`, ""), fix };
}
