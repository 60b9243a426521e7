/** @file Fetching a file once: resumable, checked, and there whole or not at all. */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GenError, isGenError, messageOf } from "@gen/core";
import { fileError } from "@gen/core/node";

export interface DownloadProgress {
  readonly file: string;
  /** Bytes that are there, those of an earlier attempt included. */
  readonly received: number;
  /** Bytes in all, where the server says. */
  readonly total: number | undefined;
}

export interface DownloadOptions {
  readonly url: string;
  /** Of the whole file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Where the file shall lie; folders on the way are made. */
  readonly to: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Attempts that bring no new byte before it gives up. @default 3 */
  readonly attempts?: number;
  /** Silence of the server that counts as a cut connection, in milliseconds. @default 30 000 */
  readonly stall?: number;
}

/**
 * Fetches `url` to `to` unless the file is there already, and checks its content.
 *
 * While it comes in, the file is called `<to>.<pid>.<random>.part`, so that processes that fetch the same file do not
 * meet; when the work is cut short it becomes `<to>.part`, with which the next attempt goes on. A file that is
 * there with another content is replaced, but only once the right one has arrived.
 *
 * @returns `to`
 * @throws GenError `hash` with the expected and the actual sum, `file` if the server refuses or cannot be reached, or
 *   the disk is full or read-only, `aborted` if the signal stopped it.
 */
export async function download(options: DownloadOptions): Promise<string> {
  const { to, sha256, attempts = 3 } = options;
  if ((await sha256Of(to)) === sha256) return to;
  const part = join(dirname(to), `${basename(to)}.${process.pid}.${randomBytes(4).toString("hex")}.part`);
  try {
    await mkdir(dirname(to), { recursive: true });
    let resumed = await claim(to, part);
    for (let failures = 0; ;) {
      const before = await sizeOf(part);
      try {
        await receive(options, part);
      } catch (thrown) {
        if (isGenError(thrown)) throw thrown;
        failures = (await sizeOf(part)) > before ? 0 : failures + 1;
        if (failures >= attempts) throw unreachable(options, thrown);
        await sleep(Math.min(2 ** failures * 100, 2000), undefined, options.signal && { signal: options.signal });
        continue;
      }
      const got = await sha256Of(part);
      if (got === sha256) break;
      await rm(part, { force: true });
      if (!resumed) throw wrongHash(options, got);
      resumed = false; // what an earlier attempt left may have been the wrong part: once more, from the start
    }
    await rename(part, to);
    await syncFolder(dirname(to));
    return to;
  } catch (thrown) {
    await leave(part, to);
    if (options.signal?.aborted === true) throw aborted(options);
    throw isGenError(thrown) ? thrown : unwritable(to, thrown);
  }
}

/** Appends to `part` what is missing. Errors of the disk are GenErrors, those of the network are not. */
async function receive({ url, to, signal, onProgress, stall = 30_000 }: DownloadOptions, part: string): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error("the server fell silent")), stall);
  const signals = [silence.signal, ...(signal === undefined ? [] : [signal])];
  let file: FileHandle | undefined;
  try {
    const have = await sizeOf(part);
    const headers = { "accept-encoding": "identity", ...(have > 0 ? { range: `bytes=${have}-` } : {}) };
    const response = await fetch(url, { headers, signal: AbortSignal.any(signals) });
    if (response.status === 416) return; // nothing is missing: the checksum decides
    if (!response.ok || response.body === null) throw refused({ url, to }, response.status);
    const goesOn =
      response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${have}-`) === true;
    let received = goesOn ? have : 0;
    const length = response.headers.get("content-length");
    const total = length === null ? undefined : received + Number(length);
    file = await open(part, goesOn ? "a" : "w").catch((cause: unknown) => {
      throw unwritable(to, cause);
    });
    onProgress?.({ file: to, received, total });
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      await file.writeFile(chunk).catch((cause: unknown) => {
        throw unwritable(to, cause);
      });
      received += chunk.length;
      timer.refresh();
      onProgress?.({ file: to, received, total });
    }
    await file.sync();
  } finally {
    clearTimeout(timer);
    await file?.close();
  }
}

/** Takes over what an earlier attempt left, so that no other process goes on with it as well. */
async function claim(to: string, part: string): Promise<boolean> {
  const folder = dirname(to);
  const own = new RegExp(`^${basename(to).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?:\\.(\\d+)\\.[0-9a-f]{8})?\\.part$`);
  for (const name of (await readdir(folder)).sort()) {
    const match = own.exec(name);
    if (match === null || (match[1] !== undefined && isRunning(Number(match[1])))) continue;
    if (
      await rename(join(folder, name), part).then(
        () => true,
        () => false,
      )
    )
      return true;
  }
  return false;
}

/** Puts an unfinished part where the next attempt looks. */
async function leave(part: string, to: string): Promise<void> {
  if ((await sizeOf(part)) === 0) await rm(part, { force: true }).catch(() => undefined);
  else await rename(part, `${to}.part`).catch(() => undefined);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // asks, does not kill
    return true;
  } catch (cause) {
    return (cause as { code?: unknown }).code === "EPERM";
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Of a file's content, in hexadecimal; undefined if there is no such file. */
async function sha256Of(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw fileError("cannot read", path, cause);
  }
  return hash.digest("hex");
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

type Names = Pick<DownloadOptions, "url" | "to">;

function byHand({ to }: Names): string {
  return `put ${basename(to)} into the folder ${basename(dirname(to))} of a folder that GEN_DATA_DIR names`;
}

function unreachable(names: Names, cause: unknown): GenError {
  const deeper = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  const why = (deeper as { code?: string }).code ?? messageOf(deeper);
  return new GenError("file", `${names.url}: expected the file, got no connection (${why})`, {
    fix: `go online and try again (it goes on where it stopped), or ${byHand(names)}`,
    cause,
  });
}

function refused(names: Names, status: number): GenError {
  return new GenError("file", `${names.url}: expected the file, got status ${status}`, {
    fix: `try again later, or ${byHand(names)}`,
  });
}

function wrongHash(names: DownloadOptions, got: string | undefined): GenError {
  return new GenError("hash", `${names.url}: expected sha256 ${names.sha256}, got ${got ?? "no file"}`, {
    fix: `the server sends something else; ${byHand(names)}`,
  });
}

function aborted({ url }: Names): GenError {
  return new GenError("aborted", `${url}: stopped; what has arrived is kept`, { fix: "run it again to go on" });
}

function unwritable(to: string, cause: unknown): GenError {
  const { message } = fileError("cannot write", to, cause);
  return new GenError("file", message.split("\n")[0]!, {
    fix: "free some space, or name another folder in GEN_CACHE_DIR",
    cause,
  });
}
