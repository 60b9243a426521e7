/** @file Reading files that may be gzipped. */
import { gunzip as gunzipCallback } from "node:zlib";
import { promisify } from "node:util";
import { readBytes } from "@gen/core/node";
import { badGzip, isGzip, tooLarge } from "../gunzip.js";

const inflate = promisify(gunzipCallback);

/** Largest content of a compressed file. The largest set here takes 79 MB. */
const LIMIT = 2 ** 30;

/**
 * The bytes of a file, decompressed if they are gzip, whatever its name.
 *
 * @throws GenError `file` if it cannot be read, `format` if it is truncated, corrupt or larger than `limit` inside.
 */
export async function readMaybeGzip(path: string, limit: number = LIMIT): Promise<Uint8Array> {
  const bytes = await readBytes(path);
  if (!isGzip(bytes)) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: limit });
  } catch (thrown) {
    throw (thrown as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE"
      ? tooLarge(path, limit)
      : badGzip(path, thrown);
  }
}
