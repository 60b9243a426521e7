/** @file Files that are either whole or not there, and what the operating system says when they cannot be, in plain words. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { GenError, isGenError, messageOf } from "@gen/core";

/** What each errno means, and what to do about it. */
const meanings: Readonly<Record<string, readonly [got: string, fix: string]>> = {
  ENOSPC: ["a full disk", "free some space, then run the command again; what was there before is untouched"],
  EDQUOT: ["a full quota", "free some space, then run the command again; what was there before is untouched"],
  EROFS: ["a read-only disk", "choose a place that can be written to"],
  EACCES: ["no permission", "change the permissions, or choose another place"],
  EPERM: ["no permission", "change the permissions, or choose another place"],
  ENOENT: ["nothing there", "check the path"],
  ENOTDIR: ["a file where a folder should be", "check the path"],
  EISDIR: ["a folder", "check the path"],
  EMFILE: ["too many open files", "raise the limit: ulimit -n 4096"],
};

/** An error of the operating system about a path, as one of ours. Errors of ours pass. @param aim "a file to write". */
export function fileError(path: string, aim: string, cause: unknown): GenError {
  if (isGenError(cause)) return cause;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  const [got, fix] = meanings[code] ?? [messageOf(cause), undefined];
  return new GenError("file", `${path}: expected ${aim}, got ${got}`, { cause, ...(fix === undefined ? {} : { fix }) });
}

/** Runs `work`, naming `path` in the error if the operating system refuses. */
export function naming<T>(path: string, aim: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw fileError(path, aim, cause);
  }
}

/**
 * Writes a file under a temporary name, syncs it and renames it: after a crash there is the old file or the new one.
 *
 * @throws GenError `file`, naming the file; the old file is then still there.
 */
export function writeAtomic(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${process.pid}.${Date.now().toString(36)}.tmp`);
  try {
    writeAll(temporary, content);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw fileError(path, "a file that can be written", cause);
  }
}

function writeAll(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const file = openSync(path, "wx");
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** @throws GenError `file`, naming the folder. */
export function makeFolder(path: string): void {
  naming(path, "a folder that can be made", () => mkdirSync(path, { recursive: true }));
}

/** @throws GenError `file`, naming the file. */
export function readText(path: string): string {
  return naming(path, "a file that can be read", () => readFileSync(path, "utf8"));
}
