/**
 * @file idx files, the format of MNIST and its relatives: a magic number (0, 0, element type, rank), the extents as
 * big-endian u32, then the elements, big-endian, row-major. LeCun, Cortes & Burges, "The MNIST database".
 */
import { allocate, GenError, viewOf, type DType, type NdArray } from "@gen/core";

interface Element {
  readonly dtype: DType;
  readonly bytes: number;
  readonly read: (view: DataView, offset: number) => number;
}

/** By the third byte of the file. The types that arrays here do not have are widened to i32. */
const ELEMENTS: Readonly<Record<number, Element>> = {
  0x08: { dtype: "u8", bytes: 1, read: (view, at) => view.getUint8(at) },
  0x09: { dtype: "i32", bytes: 1, read: (view, at) => view.getInt8(at) },
  0x0b: { dtype: "i32", bytes: 2, read: (view, at) => view.getInt16(at) },
  0x0c: { dtype: "i32", bytes: 4, read: (view, at) => view.getInt32(at) },
  0x0d: { dtype: "f32", bytes: 4, read: (view, at) => view.getFloat32(at) },
  0x0e: { dtype: "f64", bytes: 8, read: (view, at) => view.getFloat64(at) },
};

const MAX_RANK = 8;

/**
 * The array in an idx file that is not, or no longer, compressed. Bytes are held, not copied; wider elements are.
 *
 * @param file how errors call it
 * @throws GenError `format` for anything but a whole idx file with at least one element, `data` for NaN or ±∞ in it.
 */
export function parseIdx(bytes: Uint8Array, file: string): NdArray {
  const bad = (field: string, expected: string, got: string | number) =>
    new GenError("format", `${file}: ${field}: expected ${expected}, got ${got}`, {
      fix: "check that it is an idx file, or get it again",
    });
  if (bytes.length === 0) throw bad("size", "an idx file", "an empty one");
  if (bytes.length < 4) throw bad("magic", "4 bytes", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const element = ELEMENTS[bytes[2]!];
  if (view.getUint16(0) !== 0 || element === undefined) {
    const got = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw bad("magic", "00 00, then an element type 08, 09, 0b, 0c, 0d or 0e", got);
  }
  const rank = bytes[3]!;
  if (rank < 1 || rank > MAX_RANK) throw bad("rank", `1 to ${MAX_RANK} axes`, rank);
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw bad("extents", `${4 * rank} bytes`, bytes.length - 4);

  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (shape.includes(0)) throw bad("extents", "at least one element", `[${shape.join(", ")}]`);
  const count = shape.reduce((product, extent) => product * extent, 1); // may exceed 2⁵³: then it differs all the more
  if (count * element.bytes !== bytes.length - start) {
    const why = count * element.bytes > bytes.length - start ? ": the file is truncated" : ": something follows";
    const expected = `${count * element.bytes} bytes for [${shape.join(", ")}]`;
    throw bad("elements", expected, `${bytes.length - start}${why}`);
  }
  if (element.dtype === "u8") return { dtype: "u8", shape, data: viewOf("u8", bytes.subarray(start)) };

  const data = allocate(element.dtype, count);
  for (let i = 0; i < count; i++) {
    const value = element.read(view, start + i * element.bytes);
    if (!Number.isFinite(value)) {
      throw new GenError("data", `${file}: element ${i}: expected a finite number, got ${value}`, {
        fix: "remove or replace the rows that hold it",
      });
    }
    data[i] = value;
  }
  return { dtype: element.dtype, shape, data };
}
