/**
 * @file Named arrays as safetensors: the length of a header (u64), the header (JSON: type, shape and place of each
 * array), then the arrays end to end, all little-endian.
 * https://github.com/huggingface/safetensors#format
 */
import { bytesOf, bytesPerElement, viewOf, type DType } from "../dtype.js";
import { GenError, type ErrorDetails } from "../error.js";
import type { NdArray } from "../ndarray.js";
import { showShape, sizeOf } from "../shape.js";

/** What the file calls our element types. */
const NAMES: Readonly<Record<DType, string>> = {
  f64: "F64",
  f32: "F32",
  f16: "F16",
  i64: "I64",
  i32: "I32",
  u8: "U8",
  bool: "BOOL",
  u32: "U32",
  u64: "U64",
};

const DTYPE_OF = new Map(Object.entries(NAMES).map(([dtype, name]) => [name, dtype as DType]));

/** The upper halves of numbers in f32, which we have no type for: read as f32. */
const BRAIN = "BF16";

/** The key of the header that is not an array. */
const METADATA = "__metadata__";

/** The longest header that the reference implementation reads. */
const LONGEST_HEADER = 100_000_000;

/** Bytes of the number before the header; also what the header is padded to, so that every array is aligned. */
const WORD = 8;

/** Objects and lists within each other that a header has: itself, an array's entry, its shape. */
const DEEPEST = 3;

/** What is in a file. */
export interface Safetensors {
  readonly tensors: Record<string, NdArray>;
  readonly metadata: Record<string, string>;
}

/**
 * The bytes of a file with these arrays. Wider elements come first, then names in order of code units, so that the
 * same arrays give the same bytes and each begins at a multiple of its element's size.
 *
 * @throws GenError `data` if an array is called `__metadata__`, or has not as many elements as its shape
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, NdArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors).sort(
    ([a, { dtype: m }], [b, { dtype: n }]) => bytesPerElement(n) - bytesPerElement(m) || (a < b ? -1 : 1),
  );
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set(METADATA, Object.fromEntries(Object.entries(metadata).sort()));
  let end = 0;
  for (const [name, array] of entries) {
    checkArray(name, array);
    const begin = end;
    end += array.data.byteLength;
    header.set(name, { dtype: NAMES[array.dtype], shape: array.shape, data_offsets: [begin, end] });
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = WORD + Math.ceil(json.length / WORD) * WORD;
  const out = new Uint8Array(start + end).fill(0x20, WORD, start);
  new DataView(out.buffer).setBigUint64(0, BigInt(start - WORD), true);
  out.set(json, WORD);
  let at = start;
  for (const [, { data }] of entries) {
    out.set(bytesOf(data), at);
    at += data.byteLength;
  }
  return out;
}

function checkArray(name: string, { shape, data }: NdArray): void {
  if (name === METADATA) throw new GenError("data", `encodeSafetensors: expected another name, got "${METADATA}"`);
  if (data.length !== sizeOf(shape)) {
    throw new GenError(
      "data",
      `encodeSafetensors: expected ${showShape(shape)} in "${name}", got ${data.length} elements`,
    );
  }
}

/** What is wrong with a field of the file. */
type Malformed = (field: string, message: string, details?: ErrorDetails) => GenError;

/**
 * Reads a file, taking it for hostile. The arrays are views of `bytes`, copied only where they are not aligned; those in
 * BF16 become f32, which holds the same numbers.
 *
 * @param options.file what errors call the file
 * @throws GenError `format` if anything in it is malformed, naming the file and the field
 */
export function decodeSafetensors(bytes: Uint8Array, { file }: { readonly file: string }): Safetensors {
  const malformed: Malformed = (field, message, details) =>
    new GenError("format", `${file}: ${field}: ${message}`, { fix: "save or download the file again", ...details });
  const start = WORD + headerLength(bytes, malformed);
  const header = parseHeader(bytes.subarray(WORD, start), malformed);
  // Not bytes.subarray: `bytes` may be a Buffer of Node, whose slice does not copy.
  const data = new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const metadata = checkMetadata(header.get(METADATA) ?? {}, malformed);
  header.delete(METADATA);
  const entries = [...header].map(([name, value]) => readEntry(name, value, malformed));
  checkCover(entries, data.length, malformed);
  const tensors = entries.map(({ name, dtype, isBrain, shape, begin, end }): [string, NdArray] => {
    const span = data.subarray(begin, end);
    const array = { dtype, shape, data: viewOf(dtype, isBrain ? widened(span) : span) };
    if (dtype === "bool" && bytesOf(array.data).some((byte) => byte > 1)) {
      throw malformed(quote(name), "expected 0 or 1 for each BOOL, got another byte");
    }
    return [name, array];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

function headerLength(bytes: Uint8Array, malformed: Malformed): number {
  if (bytes.length < WORD) throw malformed("header", `expected at least ${WORD} bytes, got ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const most = Math.min(bytes.length - WORD, LONGEST_HEADER);
  if (length > most) throw malformed("header", `expected a length of at most ${most}, got ${length}`);
  return Number(length);
}

function parseHeader(bytes: Uint8Array, malformed: Malformed): Map<string, unknown> {
  let header: unknown;
  let twice: string | undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    twice = repeatedKey(text);
    header = JSON.parse(text);
  } catch (cause) {
    throw malformed("header", "expected JSON in UTF-8, got other text", { cause });
  }
  if (twice !== undefined) throw malformed("header", `expected distinct names, got ${quote(twice)} twice`);
  if (!isRecord(header)) throw malformed("header", "expected a JSON object, got another value");
  return new Map(Object.entries(header));
}

/** A key that an object has twice. JSON.parse would keep the last without a word, other readers the first. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  let last = ""; // the text last seen, in its quotes: a key if a colon follows
  for (let i = 0; i < json.length; i++) {
    const character = json[i]!;
    if (character === "{" || character === "[") open.push(new Set());
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const start = i;
      for (i++; i < json.length && json[i] !== '"'; i++) if (json[i] === "\\") i++;
      last = json.slice(start, i + 1);
    } else if (character === ":") {
      const key = JSON.parse(last) as string;
      if (open.at(-1)?.has(key) === true) return key;
      open.at(-1)?.add(key);
    }
    if (open.length > DEEPEST) throw new RangeError("too deep");
  }
  return undefined;
}

/** Where an array lies in the file, after its checks. */
interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly isBrain: boolean;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readEntry(name: string, value: unknown, malformed: Malformed): Entry {
  const { dtype: typeName, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  const isBrain = typeName === BRAIN;
  const dtype = isBrain ? "f32" : typeof typeName === "string" ? DTYPE_OF.get(typeName) : undefined;
  const field = quote(name);
  if (dtype === undefined) {
    const got = typeof typeName === "string" ? quote(typeName) : "none";
    throw malformed(`${field}.dtype`, `expected one of ${[...DTYPE_OF.keys(), BRAIN].join(", ")}, got ${got}`, {
      fix: "save the array anew in one of these types",
    });
  }
  const length = isCounts(shape) ? sizeOf(shape) * (isBrain ? 2 : bytesPerElement(dtype)) : NaN;
  if (!isCounts(shape) || !Number.isSafeInteger(length)) {
    throw malformed(`${field}.shape`, "expected whole numbers ≥ 0 whose product can exist, got something else");
  }
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw malformed(`${field}.data_offsets`, "expected two whole numbers ≥ 0, got something else");
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== length) {
    throw malformed(
      `${field}.data_offsets`,
      `expected a span of ${length} bytes, which the shape has, got ${end - begin}`,
    );
  }
  return { name, dtype, isBrain, shape, begin, end };
}

/** Numbers in f32 from their upper halves. */
function widened(halves: Uint8Array): Uint8Array {
  const whole = new Uint8Array(2 * halves.length);
  halves.forEach((byte, i) => (whole[2 * i + 2 - (i % 2)] = byte)); // the lower two bytes of four stay 0
  return whole;
}

/** The arrays lie end to end, from the first byte to the last: no gaps to hide something in, no overlaps. */
function checkCover(entries: readonly Entry[], length: number, malformed: Malformed): void {
  let at = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw malformed(`${quote(name)}.data_offsets`, `expected to begin at ${at}, got ${begin}`);
    at = end;
  }
  if (at !== length) throw malformed("data", `expected ${at} bytes, got ${length}`);
}

function checkMetadata(value: unknown, malformed: Malformed): Record<string, string> {
  if (isRecord(value) && Object.values(value).every((text) => typeof text === "string")) {
    return value as Record<string, string>;
  }
  throw malformed(METADATA, "expected an object of texts, got something else");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/** Text of the file, for an error: on one line, and not all of it. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);
}
