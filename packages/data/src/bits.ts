/** @file Black and white pictures: packed bits, and the text form in which binarised MNIST was published. */
import { GenError, type NdArray } from "@gen/core";

export interface BitsOptions {
  /** How errors call the bytes. */
  readonly file: string;
  /** How many pictures there must be. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/**
 * u8 [count, height, width] with values 0 and 255 from bits: most significant first, row-major, 1 = ink, each picture
 * starting at a whole byte.
 *
 * @throws GenError `format` if there are more or fewer bytes than the pictures take.
 */
export function unpackBits(bytes: Uint8Array, { file, count, height, width }: BitsOptions): NdArray<"u8"> {
  const stride = Math.ceil((height * width) / 8);
  checkSize(bytes, { file, expected: count * stride, what: `${count} pictures of ${stride} bytes` });
  const data = new Uint8Array(count * height * width);
  for (let i = 0, to = 0; i < count; i++) {
    for (let p = 0; p < height * width; p++) data[to++] = ((bytes[i * stride + (p >> 3)]! >> (7 - (p & 7))) & 1) * 255;
  }
  return { dtype: "u8", shape: [count, height, width], data };
}

/**
 * The same pictures from `.amat` text: for each one a line of "0" and "1", separated by single spaces.
 *
 * @throws GenError `format` naming the line and the column that is not so.
 */
export function parseAmat(bytes: Uint8Array, { file, count, height, width }: BitsOptions): NdArray<"u8"> {
  const pixels = height * width;
  checkSize(bytes, { file, expected: count * pixels * 2, what: `${count} lines of ${pixels} digits` });
  const data = new Uint8Array(count * pixels);
  for (let i = 0; i < data.length; i++) {
    const digit = bytes[2 * i]! - 0x30;
    const between = (i + 1) % pixels === 0 ? 0x0a : 0x20;
    if ((digit !== 0 && digit !== 1) || bytes[2 * i + 1] !== between) {
      const where = `line ${Math.floor(i / pixels) + 1}, column ${(i % pixels) + 1}`;
      throw new GenError("format", `${file}: ${where}: expected 0 or 1, got something else`, { fix: "get it again" });
    }
    data[i] = digit * 255;
  }
  return { dtype: "u8", shape: [count, height, width], data };
}

function checkSize(
  bytes: Uint8Array,
  { file, expected, what }: { file: string; expected: number; what: string },
): void {
  if (bytes.length === expected) return;
  const got = bytes.length === 0 ? "an empty file" : `${bytes.length}`;
  throw new GenError("format", `${file}: size: expected ${expected} bytes (${what}), got ${got}`, {
    fix: "delete it and get it again",
  });
}
