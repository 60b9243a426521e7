/** @file Reads the tensors of an ONNX file, from whichever of its fields holds the numbers. */
import { allocate, bytesOf, bytesPerElement, DTYPES, isWide, viewOf, type DType } from "../dtype.js";
import { GenError } from "../error.js";
import { showShape, sizeOf } from "../shape.js";
import { DATA_TYPES, type OnnxTensor } from "./proto.js";
import { quote, type Reader } from "./wire-reader.js";
import type { Whole } from "./wire.js";

/** Fetches `length` bytes at `offset` of the file at `location`, which is relative and has no "..". */
export type External = (location: string, offset: number, length: number) => Uint8Array;

/** What ONNX calls the commonest of the element types that we have no use for. */
const FOREIGN = new Map([
  [0, "none"],
  [3, "int8"],
  [4, "uint16"],
  [5, "int16"],
  [8, "string"],
  [16, "bfloat16"],
]);

/** More axes than any operator takes; a bound keeps products and messages short. */
const MOST_AXES = 32;

/** The element type in this field. */
export function readDType(r: Reader, name: string): DType {
  const type = r.int(name);
  const dtype = DTYPES.find((candidate) => DATA_TYPES[candidate] === type);
  if (dtype === undefined)
    throw r.error(name, `expected one of ${DTYPES.join(", ")}, got ${FOREIGN.get(type) ?? `type ${type}`}`);
  return dtype;
}

/** A StringStringEntryProto. */
export function readPair(r: Reader): [key: string, value: string] {
  let key = "";
  let value = "";
  while (r.next()) {
    if (r.field === 1) key = r.string("key");
    else if (r.field === 2) value = r.string("value");
  }
  return [key, value];
}

/** A TensorProto. Its data is a view of the file if it is aligned there. */
export function readTensor(r: Reader, external: External | undefined): OnnxTensor {
  const dims: Whole[] = [];
  const float32s: Uint8Array[] = [];
  const float64s: Uint8Array[] = [];
  const int32s: Whole[] = [];
  const int64s: Whole[] = [];
  const uint64s: Whole[] = [];
  const place = new Map<string, string>();
  let name = "";
  let dtype: DType | undefined;
  let raw: Uint8Array | undefined;
  let isOutside = false;
  while (r.next()) {
    if (r.field === 1) append(dims, r.int64s("dims"));
    else if (r.field === 2) dtype = readDType(r, "data_type");
    else if (r.field === 3) throw r.error("segment", "expected a whole tensor, got a segment of one");
    else if (r.field === 4) float32s.push(r.fixed("float_data", 4));
    else if (r.field === 5) append(int32s, r.int64s("int32_data"));
    else if (r.field === 7) append(int64s, r.int64s("int64_data"));
    else if (r.field === 8) name = r.string("name");
    else if (r.field === 9) raw = r.bytes("raw_data");
    else if (r.field === 10) float64s.push(r.fixed("double_data", 8));
    else if (r.field === 11) append(uint64s, r.uint64s("uint64_data"));
    else if (r.field === 13) place.set(...readPair(r.message("external_data", place.size)));
    else if (r.field === 14) isOutside = readLocation(r);
  }
  if (dtype === undefined) throw r.error("data_type", "expected an element type, got none");
  const shape = dims.map((extent) => checkExtent(r, extent));
  const length = sizeOf(shape) * bytesPerElement(dtype);
  if (shape.length > MOST_AXES) throw r.error("dims", `expected at most ${MOST_AXES} axes, got ${shape.length}`);
  if (!Number.isSafeInteger(length)) throw r.error("dims", `expected a size that can exist, got ${showShape(shape)}`);
  const numbers = {
    ...{ f32: float32s, f64: float64s, i32: int32s, u8: int32s, bool: int32s, f16: int32s },
    ...{ i64: int64s, u32: uint64s, u64: uint64s },
  }[dtype];
  const bytes = isOutside ? fetchOutside(r, place, { length, external }) : (raw ?? toBytes(r, dtype, numbers));
  if (bytes.length !== length) {
    throw r.error("data", `expected ${length} bytes for ${dtype} ${showShape(shape)}, got ${bytes.length}`);
  }
  if (dtype === "bool" && bytes.some((byte) => byte > 1))
    throw r.error("data", "expected 0 or 1 for each bool, got another byte");
  return { name, array: { dtype, shape, data: viewOf(dtype, bytes) } };
}

/** Whether the data lies outside the file. */
function readLocation(r: Reader): boolean {
  const location = r.int("data_location");
  if (location !== 0 && location !== 1) throw r.error("data_location", `expected 0 or 1, got ${location}`);
  return location === 1;
}

function checkExtent(r: Reader, extent: Whole): number {
  if (typeof extent === "bigint" || extent < 0) throw r.error("dims", `expected extents in [0, 2^53), got ${extent}`);
  return extent;
}

/** The numbers of a repeated field as raw bytes. Floats come as runs of those; integers one by one. */
function toBytes(r: Reader, dtype: DType, numbers: readonly Uint8Array[] | readonly Whole[]): Uint8Array {
  if (numbers.length === 1 && numbers[0] instanceof Uint8Array) return numbers[0];
  if (dtype === "f32" || dtype === "f64") return join(numbers as readonly Uint8Array[]);
  const data = allocate(dtype, numbers.length);
  (numbers as readonly Whole[]).forEach((number, i) => {
    data[i] = isWide(dtype) ? BigInt(number) : Number(number);
    // Typed arrays wrap around; a number that does not fit is not this type's.
    if (BigInt(data[i]) !== BigInt(number)) throw r.error("data", `expected numbers that fit ${dtype}, got ${number}`);
  });
  return bytesOf(data);
}

function join(runs: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(runs.reduce((sum, run) => sum + run.length, 0));
  let at = 0;
  for (const run of runs) {
    out.set(run, at);
    at += run.length;
  }
  return out;
}

interface Wanted {
  readonly length: number;
  readonly external: External | undefined;
}

/** The bytes of a tensor that lie beside the file. A path that leads anywhere else is refused. */
function fetchOutside(r: Reader, place: ReadonlyMap<string, string>, { length, external }: Wanted): Uint8Array {
  const location = place.get("location") ?? "";
  const steps = location.split("/");
  // A first step that is empty is a root; a colon or a backslash is one on Windows.
  if (steps[0] === "" || steps.includes("..") || /[\\:\0]/.test(location)) {
    throw r.error("external_data", `expected a path below the file's folder, got ${quote(location)}`, {
      fix: "put the data beside the file and name it by a relative path",
    });
  }
  const offset = readDigits(r, place.get("offset") ?? "0");
  const stated = readDigits(r, place.get("length") ?? String(length));
  if (stated !== length) throw r.error("external_data", `expected ${length} bytes, got ${stated}`);
  if (external === undefined) {
    throw new GenError("file", `${r.path("external_data")}: expected data inside, got data in ${quote(location)}`, {
      fix: "pass `external`, which fetches it",
    });
  }
  return plain(external(location, offset, length));
}

function readDigits(r: Reader, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw r.error("external_data", `expected a count of bytes, got ${quote(text)}`);
  return value;
}

/** The same bytes as a Uint8Array proper: `slice` of a Buffer of Node does not copy. */
export function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `push(...values)` would overflow the stack on long runs. */
export function append<T>(list: T[], values: Iterable<T>): void {
  for (const value of values) list.push(value);
}
