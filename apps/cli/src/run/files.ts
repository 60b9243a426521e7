/** @file Calls to the file system whose errors name the file, for the places that must not wait. */
import { fileError } from "@gen/core/node";

/** Runs `work`, and names `path` if the system refuses. @param doing "cannot read" */
export function naming<T>(doing: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw fileError(doing, path, cause);
  }
}
