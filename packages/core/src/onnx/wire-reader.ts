/** @file Reads the wire format of Protocol Buffers from bytes that may be hostile. See wire.ts for the format. */
import { GenError, type ErrorDetails } from "../error.js";
import { BYTES, FIXED32, FIXED64, VARINT, type Whole } from "./wire.js";

const WIRE_NAMES = new Map([
  [VARINT, "a varint"],
  [FIXED64, "8 fixed bytes"],
  [BYTES, "a run of bytes"],
  [FIXED32, "4 fixed bytes"],
]);

/** Messages within messages: a program nests far less, an attack on the stack far more. */
const DEEPEST = 100;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of the file, for an error: on one line, and not all of it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);
}

/**
 * Reads a message field by field; what is not read is skipped.
 *
 *     while (reader.next()) if (reader.field === 1) name = reader.string("name");
 *
 * No length, tag or text is believed before it is checked; each error names the file and the path of the field.
 */
export class Reader {
  /** Number of the field that {@link next} came upon. */
  field = 0;

  #wire = VARINT;
  #pending = false;
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #name: string;
  readonly #parent: Reader | undefined;
  readonly #depth: number;

  /** `name` is what errors call this message: the file, or a field of `parent`. */
  constructor(bytes: Uint8Array, name: string, parent?: Reader) {
    this.#bytes = bytes;
    this.#name = name;
    this.#parent = parent;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    if (this.#depth > DEEPEST) throw this.error("", `expected at most ${DEEPEST} messages within each other, got more`);
  }

  /** Goes to the next field; false at the end. */
  next(): boolean {
    if (this.#pending) this.#skip();
    if (this.#at === this.#bytes.length) return false;
    const tag = this.#varint("");
    if (typeof tag === "bigint" || tag < 8 || tag >= 2 ** 32)
      throw this.error("", `expected a field number, got tag ${tag}`);
    this.field = tag >>> 3;
    this.#wire = tag & 7;
    this.#pending = true;
    return true;
  }

  /** A signed 64-bit integer. */
  int64(name: string): Whole {
    this.#expect(VARINT, name);
    return this.#signed(name);
  }

  /** A signed integer that float64 holds exactly. */
  int(name: string): number {
    const value = this.int64(name);
    if (typeof value === "bigint") throw this.error(name, `expected an integer of at most 53 bits, got ${value}`);
    return value;
  }

  float(name: string): number {
    this.#expect(FIXED32, name);
    const { buffer, byteOffset } = this.#take(4, name);
    return new DataView(buffer, byteOffset).getFloat32(0, true);
  }

  /** A view of the bytes, not a copy. */
  bytes(name: string): Uint8Array {
    this.#expect(BYTES, name);
    return this.#take(this.#varint(name), name);
  }

  string(name: string): string {
    const bytes = this.bytes(name);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw this.error(name, "expected text in UTF-8, got other bytes", { cause });
    }
  }

  /** The message in this field; of a repeated field, the `index`th. */
  message(name: string, index?: number): Reader {
    return new Reader(this.bytes(name), index === undefined ? name : `${name}[${index}]`, this);
  }

  /** What this field adds to a repeated int64: one number, or a packed run of them. */
  int64s(name: string): Whole[] {
    return this.#wire === VARINT ? [this.int64(name)] : this.message(name).#run((run) => run.#signed(""));
  }

  /** What this field adds to a repeated uint64. */
  uint64s(name: string): Whole[] {
    if (this.#wire !== VARINT) return this.message(name).#run((run) => run.#varint(""));
    this.#expect(VARINT, name);
    return [this.#varint(name)];
  }

  /** What this field adds to a repeated float (4 bytes) or double (8), as little-endian bytes, not copied. */
  fixed(name: string, size: 4 | 8): Uint8Array {
    if (this.#wire !== BYTES) {
      this.#expect(size === 4 ? FIXED32 : FIXED64, name);
      return this.#take(size, name);
    }
    const run = this.bytes(name);
    if (run.length % size !== 0) throw this.error(name, `expected a multiple of ${size} bytes, got ${run.length}`);
    return run;
  }

  /** The file, and the path of a field of this message in it; `name` is empty for the message itself. */
  path(name: string): string {
    if (this.#parent === undefined) return name === "" ? this.#name : `${this.#name}: ${name}`;
    return this.#parent.path(name === "" ? this.#name : `${this.#name}.${name}`);
  }

  /** The error `file: path.name: message`, for a message of the form `expected …, got …`. */
  error(name: string, message: string, details?: ErrorDetails): GenError {
    return new GenError("format", `${this.path(name)}: ${message}`, details);
  }

  #run<T>(read: (run: Reader) => T): T[] {
    const values: T[] = [];
    while (this.#at < this.#bytes.length) values.push(read(this));
    return values;
  }

  #expect(wire: number, name: string): void {
    this.#pending = false;
    if (this.#wire !== wire) {
      throw this.error(
        name,
        `expected ${WIRE_NAMES.get(wire)!}, got ${WIRE_NAMES.get(this.#wire) ?? `wire type ${this.#wire}`}`,
      );
    }
  }

  #skip(): void {
    this.#pending = false;
    const name = `field ${this.field}`;
    if (this.#wire === VARINT) this.#varint(name);
    else if (this.#wire === FIXED64) this.#take(8, name);
    else if (this.#wire === BYTES) this.#take(this.#varint(name), name);
    else if (this.#wire === FIXED32) this.#take(4, name);
    else throw this.error(name, `expected a known wire type, got ${this.#wire}`);
  }

  #take(length: Whole, name: string): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (length > left) {
      throw this.error(name, `expected ${length} bytes, got the ${left} that are left`, {
        fix: "the file is cut short or damaged",
      });
    }
    const start = this.#at;
    this.#at += Number(length);
    return this.#bytes.subarray(start, this.#at);
  }

  #signed(name: string): Whole {
    const value = this.#varint(name);
    if (typeof value === "number") return value;
    const wide = BigInt.asIntN(64, value);
    return wide >= Number.MIN_SAFE_INTEGER && wide <= Number.MAX_SAFE_INTEGER ? Number(wide) : wide;
  }

  /** An unsigned 64-bit integer: a number up to 2⁵³ − 1, else a bigint. */
  #varint(name: string): Whole {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.#byte(name);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    let wide = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte(name);
      wide += BigInt(byte & 127) << shift;
      if (byte < 128) {
        if (wide >= 1n << 64n) throw this.error(name, `expected an integer of at most 64 bits, got ${wide}`);
        return wide <= Number.MAX_SAFE_INTEGER ? Number(wide) : wide;
      }
    }
    throw this.error(name, "expected an integer of at most 10 bytes, got a longer one");
  }

  #byte(name: string): number {
    if (this.#at === this.#bytes.length) {
      throw this.error(name, "expected an integer, got the end of the bytes", {
        fix: "the file is cut short or damaged",
      });
    }
    return this.#bytes[this.#at++]!;
  }
}
