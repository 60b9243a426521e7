/** @file Where the files of a data set lie, or are fetched to. */
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { GenError } from "@gen/core";
import { download, type DownloadOptions } from "./download.js";

/** A file that can be fetched. */
export interface RemoteFile {
  readonly url: string;
  /** Of the file as it is sent. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface FetchOptions extends Pick<DownloadOptions, "signal" | "onProgress"> {
  /** A folder that has the files, by themselves or in a folder named like the set; then nothing is fetched. */
  readonly dir?: string;
}

/** `GEN_CACHE_DIR`, or `gen` in `XDG_CACHE_HOME`, or `~/.cache/gen`. */
export function cacheDir(): string {
  const { GEN_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return GEN_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "gen");
}

/**
 * The path of a file of a data set: in `dir` if that is given, else in `GEN_DATA_DIR`, else in the cache, where it is
 * fetched to if it is not there yet.
 *
 * @param names under which it may lie in a folder, the preferred one first; the cache uses the name in the URL
 * @throws GenError `file` if `dir` has none of them, and as {@link download}.
 */
export async function obtain(
  { set, names, remote }: { readonly set: string; readonly names: readonly string[]; readonly remote: RemoteFile },
  { dir, signal, onProgress }: FetchOptions = {},
): Promise<string> {
  const local = await obtainLocal({ set, names }, dir);
  if (local !== undefined) return local;
  if (dir !== undefined) {
    throw new GenError("file", `${set}: expected ${names[0]!} in ${dir}, got no such file`, {
      fix: `leave the folder out to fetch it, or put ${remote.url} there`,
    });
  }
  const to = join(cacheDir(), set, remote.url.slice(remote.url.lastIndexOf("/") + 1));
  return download({
    url: remote.url,
    sha256: remote.sha256,
    to,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/** The path of a file in `dir` if that is given, else in `GEN_DATA_DIR`; undefined if it is not there. */
export async function obtainLocal(
  { set, names }: { readonly set: string; readonly names: readonly string[] },
  dir: string | undefined,
): Promise<string | undefined> {
  const folder = dir ?? process.env["GEN_DATA_DIR"];
  if (folder === undefined || folder === "") return undefined;
  for (const path of names.flatMap((name) => [join(folder, set, name), join(folder, name)])) {
    if (await exists(path)) return path;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
