/** @file Files read piece by piece, decompressed if they are gzip: memory does not grow with their size. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { fileError } from "@gen/core/node";
import { badGzip, isGzip } from "../gunzip.js";
import { decodeUtf8 } from "../utf8.js";

/**
 * The bytes of a file in pieces.
 *
 * @throws GenError `file` if it cannot be read, `format` if it is gzip that is truncated or corrupt
 */
export async function* streamFile(path: string): AsyncGenerator<Uint8Array> {
  const isZipped = await beginsLikeGzip(path);
  const file = createReadStream(path);
  const source = isZipped ? pipeline(file, createGunzip(), () => undefined) : file;
  try {
    for await (const piece of source) yield piece as Uint8Array;
  } catch (thrown) {
    const isFile = typeof (thrown as { syscall?: unknown }).syscall === "string";
    throw isZipped && !isFile ? badGzip(path, thrown) : fileError("cannot read", path, thrown);
  } finally {
    file.destroy();
  }
}

/** The text of a file in pieces. @throws GenError as {@link streamFile}, and `format` at the first byte that is not UTF-8 */
export function streamText(path: string): AsyncGenerator<string> {
  return decodeUtf8(streamFile(path), { file: path });
}

async function beginsLikeGzip(path: string): Promise<boolean> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0);
      return bytesRead === 2 && isGzip(buffer);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileError("cannot read", path, cause);
  }
}
