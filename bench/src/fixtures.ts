/** @file The same starting weights and the same pictures for every side, as raw little-endian float32 files. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { paramsOf, spec, type ParamSpec, type TrainedWork } from "./spec.js";

/** What a side reads: its pictures, [rows, ...data], and one array for each parameter. */
export interface Fixture {
  readonly pictures: Float32Array<ArrayBuffer>;
  readonly params: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }>;
}

/** Writes the files of a work into `folder`: `manifest.json`, `params.f32`, `pictures.f32`. */
export function writeFixture(work: TrainedWork, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const params = paramsOf(work);
  const uniform = random(1);
  writeFloats(join(folder, "params.f32"), concat(params.map((param) => initial(param, uniform))));
  writeFloats(join(folder, "pictures.f32"), pictures(spec[work].rows, spec[work].data, random(2)));
  writeFileSync(
    join(folder, "manifest.json"),
    JSON.stringify({ params: params.map(({ name, shape }) => ({ name, shape })) }),
  );
}

export function readFixture(folder: string): Fixture {
  const { params } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as { params: ParamSpec[] };
  const all = readFloats(join(folder, "params.f32"));
  let offset = 0;
  const named = params.map(({ name, shape }) => {
    const size = product(shape);
    offset += size;
    return [name, { shape, data: all.slice(offset - size, offset) }] as const;
  });
  return { pictures: readFloats(join(folder, "pictures.f32")), params: new Map(named) };
}

export function product(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

/** Glorot uniform: ±sqrt(6 / (in + out)). */
function initial({ shape, fans }: ParamSpec, uniform: () => number): Float32Array<ArrayBuffer> {
  const limit = fans === undefined ? 0 : Math.sqrt(6 / (fans[0] + fans[1]));
  return Float32Array.from({ length: product(shape) }, () => (2 * uniform() - 1) * limit);
}

/** Blobs at random places, 0 or 1: a few latent dimensions explain them, so a VAE has something to learn. */
function pictures(rows: number, data: readonly number[], uniform: () => number): Float32Array<ArrayBuffer> {
  const [depth, side] = data.length === 3 ? [data[0]!, data[1]!] : [1, Math.sqrt(data[0]!)];
  const out = new Float32Array(rows * product(data));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const blobs = Array.from({ length: 3 }, () => ({
      x: uniform() * side,
      y: uniform() * side,
      spread: side * (0.05 + 0.1 * uniform()),
      colour: Array.from({ length: depth }, () => (depth === 1 ? 1 : uniform())),
    }));
    for (let c = 0; c < depth; c++) {
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const ink = blobs.map(
            (b) => b.colour[c]! * Math.exp(-((x - b.x) ** 2 + (y - b.y) ** 2) / (2 * b.spread ** 2)),
          );
          out[at++] = Math.max(...ink) >= 0.5 ? 1 : 0;
        }
      }
    }
  }
  return out;
}

/** mulberry32 (Tommy Ettinger, public domain): enough for test pictures, and the same everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function concat(parts: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function writeFloats(path: string, values: Float32Array<ArrayBuffer>): void {
  writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function readFloats(path: string): Float32Array<ArrayBuffer> {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
