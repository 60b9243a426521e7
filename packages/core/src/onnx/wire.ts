/**
 * @file Writes the wire format of Protocol Buffers: fields of a number, a type and a value, messages nested by length.
 * https://protobuf.dev/programming-guides/encoding
 */

/** How the value of a field is laid out. (3 and 4, groups, are long out of use.) */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** A whole number: bigint where float64 would round it. */
export type Whole = number | bigint;

const encoder = new TextEncoder();

/** Runs of bytes from this length on are held until the end, so that a weight is copied once. */
const HELD = 1024;

/** Builds a message field by field. The same calls give the same bytes. */
export class Writer {
  #bytes = new Uint8Array(4096);
  #length = 0;
  /** Long runs, and where in `#bytes` they belong. */
  readonly #held: { at: number; readonly bytes: Uint8Array }[] = [];
  #heldLength = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length + this.#heldLength;
  }

  /** An int64, uint64 or enum. */
  int(field: number, value: Whole): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  float(field: number, value: number): void {
    this.#tag(field, FIXED32);
    this.#append(new Uint8Array(Float32Array.of(value).buffer));
  }

  /** Bytes with their length. They are read when the message is finished: do not change them before. */
  bytes(field: number, bytes: Uint8Array): void {
    this.#tag(field, BYTES);
    this.#varint(bytes.length);
    if (bytes.length < HELD) {
      this.#append(bytes);
    } else {
      this.#held.push({ at: this.#length, bytes });
      this.#heldLength += bytes.length;
    }
  }

  string(field: number, text: string): void {
    this.bytes(field, encoder.encode(text));
  }

  /** int64s, packed; nothing if there are none. */
  ints(field: number, values: readonly Whole[]): void {
    if (values.length > 0) this.message(field, () => values.forEach((value) => this.#varint(value)));
  }

  /** Floats, packed; nothing if there are none. */
  floats(field: number, values: readonly number[]): void {
    if (values.length > 0) this.bytes(field, new Uint8Array(Float32Array.from(values).buffer));
  }

  /** A message within this one: the fields that `body` writes. */
  message(field: number, body: () => void): void {
    this.#tag(field, BYTES);
    const start = this.#length;
    const held = this.#held.length;
    const before = this.length;
    body();
    // The length comes first but is known last: what was written moves up to make room for it.
    const end = this.#length;
    this.#varint(this.length - before);
    const prefix = this.#bytes.slice(end, this.#length);
    this.#bytes.copyWithin(start + prefix.length, start, end);
    this.#bytes.set(prefix, start);
    for (let i = held; i < this.#held.length; i++) this.#held[i]!.at += prefix.length;
  }

  /** The whole message. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.length);
    let from = 0;
    let to = 0;
    for (const { at, bytes } of [...this.#held, { at: this.#length, bytes: new Uint8Array(0) }]) {
      out.set(this.#bytes.subarray(from, at), to);
      to += at - from;
      out.set(bytes, to);
      to += bytes.length;
      from = at;
    }
    return out;
  }

  #tag(field: number, wire: number): void {
    this.#varint(field * 8 + wire);
  }

  /** Seven bits a byte, lowest first; negative numbers as two's complement, in ten bytes. */
  #varint(value: Whole): void {
    this.#reserve(10);
    let rest = value;
    if (typeof rest === "bigint" || rest < 0) {
      let wide = BigInt.asUintN(64, BigInt(rest));
      for (; wide >= 1n << 32n; wide >>= 7n) this.#bytes[this.#length++] = Number(wide & 127n) | 128;
      rest = Number(wide);
    }
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 128;
    this.#bytes[this.#length++] = rest;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * (this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
