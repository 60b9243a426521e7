/** @file Files that are there whole or not at all, and errors that say which file and why. */
import { constants, existsSync } from "node:fs";
import { access, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GenError, messageOf } from "../error.js";

const REASONS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOENT: ["it is not there", "check the path"],
  EACCES: ["no permission", "make it readable and writable, or choose another folder"],
  EPERM: ["no permission", "make it readable and writable, or choose another folder"],
  EROFS: ["the file system is read-only", "choose a folder that can be written"],
  ENOSPC: ["the disk is full", "free some space; what was there before is untouched"],
  EDQUOT: ["the disk quota is used up", "free some space; what was there before is untouched"],
  EISDIR: ["it is a folder", "name a file"],
  ENOTDIR: ["a part of its path is not a folder", "check the path"],
  EEXIST: ["something of that name is there already", "choose another name"],
};

/** An error of the file system, in words. */
export function fileError(doing: string, path: string, cause: unknown): GenError {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  const [what, fix] = REASONS[code] ?? [messageOf(cause), undefined];
  return new GenError("file", `${doing} ${path}: ${what}`, fix === undefined ? { cause } : { fix, cause });
}

/** The bytes of a file. @throws GenError `file` */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw fileError("cannot read", path, cause);
  }
}

/**
 * Writes a file so that a crash or a full disk leaves either the old content or the new: to a temporary name in the
 * same folder, synced, then renamed.
 *
 * @throws GenError `file`
 */
export async function writeAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError("cannot write", path, cause);
  }
}

/**
 * Makes a folder and those above it, where they are missing. Of a file system that cannot be written Node says ENOENT
 * here; asking for the nearest folder that is there gives the true reason.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    let above = path;
    while (!existsSync(above)) above = dirname(above);
    await access(above, constants.W_OK);
    throw cause;
  }
}

/** Makes a rename last; file systems that cannot sync a folder are left to themselves. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
