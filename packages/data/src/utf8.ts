/** @file UTF-8 in pieces, checked: the first byte that is not text is named with its place. */
import { GenError } from "@gen/core";

/**
 * The text of bytes that come in pieces. A byte order mark is left out.
 *
 * @throws GenError `format` with the position of the first byte that is not UTF-8, from 0, and its line, from 1
 */
export async function* decodeUtf8(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { file }: { readonly file: string },
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let tail: Uint8Array = new Uint8Array(0);
  let [position, lines, isFirst] = [0, 1, true];
  const wrong = (bytes: Uint8Array, at: number): GenError => {
    const line = lines + bytes.subarray(0, at).reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
    const got = at < bytes.length ? `0x${bytes[at]!.toString(16).padStart(2, "0")}` : "the end";
    return new GenError("format", `${file}: byte ${position + at}, line ${line}: expected UTF-8, got ${got}`, {
      fix: "save it as UTF-8",
    });
  };
  for await (const piece of pieces) {
    const bytes = tail.length === 0 ? piece : joined(tail, piece);
    const end = wholeEnd(bytes);
    let text: string;
    try {
      text = decoder.decode(bytes.subarray(0, end));
    } catch {
      throw wrong(bytes, firstInvalid(bytes));
    }
    position += end;
    tail = bytes.slice(end);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
    if (isFirst && text.startsWith("\uFEFF")) text = text.slice(1);
    isFirst &&= end === 0;
    if (text !== "") yield text;
  }
  if (tail.length > 0) throw wrong(tail, firstInvalid(tail));
}

/** Where the last character begins if its end is still missing; otherwise the end. */
function wholeEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return lengthOf(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Bytes of a character by its first; 0 for a byte that begins none. */
function lengthOf(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte >= 0xc2 && byte < 0xe0) return 2;
  if (byte >= 0xe0 && byte < 0xf0) return 3;
  return byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
}

/** The first byte that makes the bytes no UTF-8: of a character that ends too early, the one that is not its part. */
export function firstInvalid(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const length = lengthOf(first);
    if (length === 0) return at;
    for (let i = 1; i < length; i++) {
      const byte = bytes[at + i];
      // The second byte also keeps out what is too long for its value, halves of pairs, and what is above U+10FFFF.
      const low = i > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
      const high = i > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
      if (byte === undefined || byte < low || byte > high) return at + i;
    }
    at += length;
  }
  return bytes.length;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
