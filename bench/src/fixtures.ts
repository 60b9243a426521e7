/** @file The same sizes, starting weights and rows for every side: a manifest, and raw little-endian files of 4-byte numbers. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adamOptions, parsed, product, type Fixture, type Manifest } from "./fixture.js";
import { random, type Random } from "./random.js";
import type { DuelWork, Param } from "./work.js";

/** Writes the files of a work into `folder`: `manifest.json`, `params.f32`, `rows.bin`. */
export function writeFixture(work: DuelWork, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const params = work.params();
  const uniform = random(1);
  const { shape, data } = work.rows(random(2));
  writeNumbers(join(folder, "params.f32"), concat(params.map((param) => initial(param, uniform))));
  writeNumbers(join(folder, "rows.bin"), data);
  const manifest: Manifest = {
    sizes: work.sizes,
    rows: { shape, dtype: data instanceof Int32Array ? "i32" : "f32" },
    params: params.map(({ name, shape }) => ({ name, shape })),
    adam: adamOptions,
  };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
}

export function readFixture<S>(folder: string): Fixture<S> {
  const [params, rows] = [readBytes(join(folder, "params.f32")), readBytes(join(folder, "rows.bin"))];
  return parsed(readFileSync(join(folder, "manifest.json"), "utf8"), { params, rows });
}

function initial({ shape, start }: Param, uniform: Random): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: product(shape) }, () =>
    "value" in start ? start.value : (2 * uniform() - 1) * start.limit,
  );
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

function writeNumbers(path: string, values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>): void {
  writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function readBytes(path: string): ArrayBuffer {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
