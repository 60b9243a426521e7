/** @file Reading gzip where there is no node:zlib. */
import { GenError, messageOf } from "@gen/core";

export interface GunzipOptions {
  /** How errors call the bytes. */
  readonly file: string;
  /** The most bytes that may come out, so that a small file cannot fill the memory. @default 2³⁰ */
  readonly limit?: number;
}

/** Do these bytes begin like a gzip file? */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The content of gzipped bytes, through DecompressionStream: for browsers, and everywhere else.
 *
 * @throws GenError `format` if they are truncated, corrupt, or hold more than `limit` bytes.
 */
export async function gunzip(bytes: Uint8Array, { file, limit = 2 ** 30 }: GunzipOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = (stream as unknown as ReadableStream<Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > limit) throw tooLarge(file, limit);
      chunks.push(value);
    }
  } catch (thrown) {
    void reader.cancel().catch(() => undefined);
    throw badGzip(file, thrown);
  }
  const out = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    out.set(chunk, offset);
    offset += chunk.length;
  }
  return out;
}

export function tooLarge(file: string, limit: number): GenError {
  return new GenError("format", `${file}: expected at most ${limit} bytes after decompression, got more`, {
    fix: "check that this is the right file",
  });
}

/** The error for what a decompressor threw. */
export function badGzip(file: string, thrown: unknown): unknown {
  if (thrown instanceof GenError) return thrown;
  const cut =
    /unexpected end|Z_BUF_ERROR/i.test(messageOf(thrown)) || (thrown as { code?: unknown }).code === "Z_BUF_ERROR";
  return new GenError(
    "format",
    `${file}: expected a whole gzip file, got one that is ${cut ? "truncated" : "corrupt"}`,
    {
      fix: "delete it and get it again",
      cause: thrown,
    },
  );
}
