/** @file What went wrong, in a sentence for people, with what to do where one knows. */
import { isGenError } from "@gen/core/sample";

export function explained(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isGenError(error) && error.fix !== undefined ? `${message}\nTo fix it: ${error.fix}` : message;
}
