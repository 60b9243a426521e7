/** @file WAV files: PCM of 8, 16, 24 and 32 bits and 32-bit floats, to and from samples in [−1, 1]. */
import { GenError, ndarray, type NdArray } from "@gen/core";

/** Sound as it lies in a file. */
export interface Sound {
  /** f32 [channels, N], in [−1, 1]; floats in a file may go beyond. */
  readonly samples: NdArray<"f32">;
  /** Samples a second. */
  readonly rate: number;
}

export interface WavOptions {
  /** Of each sample; "float" keeps f32 as it is. @default 16 */
  readonly bits?: 8 | 16 | 24 | 32 | "float";
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** Samples that nobody needs more of, over all channels. */
const LARGEST = 2 ** 30;

/**
 * The sound in a WAV file. What stands besides it, such as names and lists, is passed over.
 *
 * @throws GenError `format` naming what is not as expected
 */
export function parseWav(bytes: Uint8Array, { file }: { readonly file: string }): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = (what: string, wanted: string, got: string | number): GenError =>
    new GenError("format", `${file}: ${what}: expected ${wanted}, got ${got}`, {
      fix: "save it as WAV, PCM of 16 bits or float",
    });
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== "RIFF" || tag(8) !== "WAVE") {
    throw bad("header", "a WAV file", bytes.length === 0 ? "an empty file" : JSON.stringify(tag(0)));
  }
  let format: { code: number; channels: number; rate: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, size, start] = [tag(at), view.getUint32(at + 4, true), at + 8];
    if (name === "fmt ") {
      if (size < 16 || start + size > bytes.length)
        throw bad("format", "at least 16 bytes", Math.min(size, bytes.length - start));
      const code = view.getUint16(start, true);
      const isExtended = code === EXTENSIBLE && size >= 26;
      format = {
        code: isExtended ? view.getUint16(start + 24, true) : code,
        channels: view.getUint16(start + 2, true),
        rate: view.getUint32(start + 4, true),
        bits: view.getUint16(start + 14, true),
      };
      if (format.channels < 1 || format.rate < 1)
        throw bad("format", "channels and a rate", `${format.channels} at ${format.rate} Hz`);
      if (decoderOf(format) === undefined)
        throw bad(
          "format",
          "PCM of 8, 16, 24 or 32 bits, or 32-bit floats",
          `code ${format.code} of ${format.bits} bits`,
        );
    }
    if (name === "data") {
      if (format === undefined) throw bad("data", "a format before it", "none");
      if (start + size > bytes.length) throw bad("data", `${size} bytes`, bytes.length - start);
      const { channels, rate, bits } = format;
      const frame = (channels * bits) / 8;
      const count = size / frame;
      if (!Number.isInteger(count) || count * channels > LARGEST)
        throw bad("data", `whole samples of ${frame} bytes`, `${size} bytes`);
      const samples = new Float32Array(count * channels);
      const decode = decoderOf(format)!;
      for (let i = 0; i < count; i++) {
        for (let c = 0; c < channels; c++) samples[c * count + i] = decode(view, start + i * frame + (c * bits) / 8);
      }
      return { samples: ndarray(samples, [channels, count]), rate };
    }
    at = start + size + (size % 2); //                                    pieces begin at even places
  }
  throw bad("data", "samples", "none");
}

type Decoder = (view: DataView, at: number) => number;

function decoderOf({ code, bits }: { readonly code: number; readonly bits: number }): Decoder | undefined {
  if (code === FLOAT) return bits === 32 ? (view, at) => view.getFloat32(at, true) : undefined;
  if (code !== PCM) return undefined;
  const decoders: Readonly<Record<number, Decoder>> = {
    8: (view, at) => (view.getUint8(at) - 128) / 2 ** 7, //               8 bits alone have no sign
    16: (view, at) => view.getInt16(at, true) / 2 ** 15,
    24: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
    32: (view, at) => view.getInt32(at, true) / 2 ** 31,
  };
  return decoders[bits];
}

/**
 * The bytes of a WAV file. Samples beyond [−1, 1] are clipped, unless they are kept as floats.
 *
 * @throws GenError `shape` for samples that are not [channels, N], `numeric` for NaN, `range` for a rate that is none
 */
export function encodeWav({ samples, rate }: Sound, { bits = 16 }: WavOptions = {}): Uint8Array {
  const [channels = 0, count = 0] = samples.shape;
  if (samples.shape.length !== 2 || channels < 1 || channels > 0xffff) {
    throw new GenError("shape", `encodeWav: expected [channels, N], got [${samples.shape.join(", ")}]`);
  }
  if (!Number.isInteger(rate) || rate < 1) throw new GenError("range", `encodeWav: expected a rate in Hz, got ${rate}`);
  const broken = samples.data.findIndex((v) => Number.isNaN(v));
  if (broken >= 0) throw new GenError("numeric", `encodeWav: sample ${broken}: expected a number, got NaN`);
  const width = bits === "float" ? 4 : bits / 8;
  const size = channels * count * width;
  const padded = size + (size % 2);
  const view = new DataView(new ArrayBuffer(44 + padded));
  const put = (at: number, tag: string): void =>
    Array.from(tag).forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  put(0, "RIFF");
  view.setUint32(4, 36 + padded, true);
  put(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, bits === "float" ? FLOAT : PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels * width, true);
  view.setUint16(32, channels * width, true);
  view.setUint16(34, 8 * width, true);
  put(36, "data");
  view.setUint32(40, size, true);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c++)
      write(view, 44 + (i * channels + c) * width, { value: samples.data[c * count + i]!, bits });
  }
  return new Uint8Array(view.buffer);
}

function write(
  view: DataView,
  at: number,
  { value, bits }: { readonly value: number; readonly bits: NonNullable<WavOptions["bits"]> },
): void {
  if (bits === "float") {
    view.setFloat32(at, value, true);
    return;
  }
  const top = 2 ** (bits - 1);
  const level = Math.max(-top, Math.min(top - 1, Math.round(value * top)));
  if (bits === 8) view.setUint8(at, level + 128);
  else if (bits === 16) view.setInt16(at, level, true);
  else if (bits === 32) view.setInt32(at, level, true);
  else {
    view.setUint16(at, level & 0xffff, true);
    view.setInt8(at + 2, level >> 16);
  }
}
