/** @file Rows as points: flattened, checked, and kept in memory where a metric needs all of them at once. */
import { GenError, permutation, sizeOf, split, uniformDraws, type Key, type NdArray } from "@gen/core";
import { chunks, type Source } from "./source.js";

/** Points [n, dim] in row-major order. */
export interface Points {
  readonly n: number;
  readonly dim: number;
  readonly data: Float32Array | Float64Array;
}

/** What errors call the rows, and how many a metric needs at the least. */
export interface Need {
  readonly where: string;
  readonly least: number;
  /** Whether a number may be missing, as NaN. @default false */
  readonly gaps?: boolean;
}

/**
 * A source as points, a chunk at a time: each row flattened, each number finite, all of one width.
 *
 * @throws GenError `shape` for rows of another width, `numeric` for a number that is not finite, `data` for too few rows
 */
export async function* pointsOf(source: Source, { where, least, gaps = false }: Need): AsyncGenerator<Points> {
  let count = 0;
  let dim: number | undefined;
  for await (const array of chunks(source)) {
    const width = sizeOf(array.shape.slice(1));
    dim ??= width;
    if (width !== dim || width === 0) {
      throw new GenError(
        "shape",
        `${where}: row ${count}: expected ${dim} numbers as in the rows before, got ${width}`,
      );
    }
    const points = { n: array.shape[0]!, dim, data: realsOf(array) };
    checkFinite(points, { where: `${where}: row`, first: count, gaps });
    yield points;
    count += points.n;
  }
  if (count < least) throw tooFew(where, least, count);
}

export function tooFew(where: string, least: number, got: number): GenError {
  return new GenError("data", `${where}: expected at least ${least} rows, got ${got}`, { fix: "give more samples" });
}

/** f32 and f64 are shared, other types converted: whole numbers below 2²⁴ are exact in f32. */
function realsOf({ dtype, data }: NdArray): Float32Array | Float64Array {
  if (dtype === "f32") return data as Float32Array;
  if (dtype === "f64") return data as Float64Array;
  return dtype === "u8" ? Float32Array.from(data as Uint8Array) : Float64Array.from(data as Int32Array, Number);
}

function checkFinite(
  { dim, data }: Points,
  { where, first, gaps }: { readonly where: string; readonly first: number; readonly gaps: boolean },
): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i]) || (gaps && Number.isNaN(data[i]))) continue;
    throw new GenError(
      "numeric",
      `${where} ${first + Math.floor(i / dim)}: expected finite numbers, got ${data[i]!} in column ${i % dim}`,
    );
  }
}

export interface GatherOptions extends Need {
  /** Rows that are kept; of a longer source a random sample of so many. @default all */
  readonly limit?: number | undefined;
  /** Chooses the sample. Needed with a limit. */
  readonly key: Key;
}

/**
 * The rows of a source in memory. Of a source longer than `limit` a uniform sample without replacement, in one pass
 * (reservoir sampling: row i takes the place of a kept one with probability limit / (i + 1)).
 *
 * @throws GenError as {@link pointsOf}
 */
export async function gather(source: Source, { limit = Infinity, key, ...need }: GatherOptions): Promise<Points> {
  const parts: Points[] = [];
  let kept: Points | undefined;
  let count = 0;
  for await (const points of pointsOf(source, need)) {
    const { n, dim, data } = points;
    const room = Math.max(0, Math.min(n, limit - count));
    if (room > 0) parts.push(slice(points, 0, room));
    if (room < n) {
      kept ??= joined(parts as [Points, ...Points[]]);
      const at = uniformDraws(split(key, count), n, "f64");
      for (let i = room; i < n; i++) {
        const place = Math.floor(at[i]! * (count + i + 1));
        if (place < limit) kept.data.set(data.subarray(i * dim, (i + 1) * dim), place * dim);
      }
    }
    count += n;
  }
  return kept ?? joined(parts as [Points, ...Points[]]);
}

/** Points one after the other. */
export function joined(parts: readonly [Points, ...Points[]]): Points {
  const n = parts.reduce((sum, part) => sum + part.n, 0);
  const { dim } = parts[0];
  const isWide = parts.some((part) => part.data instanceof Float64Array);
  const data = isWide ? new Float64Array(n * dim) : new Float32Array(n * dim);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { n, dim, data };
}

/** Points `start` … `end` − 1, sharing their numbers. */
export function slice({ dim, data }: Points, start: number, end: number): Points {
  return { n: end - start, dim, data: data.subarray(start * dim, end * dim) };
}

/** The points in an order that a key chooses. */
export function shuffled(points: Points, key: Key): Points {
  const { n, dim, data } = points;
  const out = data instanceof Float64Array ? new Float64Array(data.length) : new Float32Array(data.length);
  permutation(key, n).forEach((from, to) => out.set(data.subarray(from * dim, (from + 1) * dim), to * dim));
  return { n, dim, data: out };
}

/** @throws GenError `shape` unless both have rows of one width */
export function checkWidths(where: string, a: { readonly dim: number }, b: { readonly dim: number }): void {
  if (a.dim === b.dim) return;
  throw new GenError("shape", `${where}: expected rows of one width, got ${a.dim} and ${b.dim} numbers`, {
    fix: "compare samples with data of the same shape, or through the same extractor",
  });
}

/** Points in blocks of exactly `size`; what is left at the end is dropped. */
export async function* blocksOf(
  source: Source,
  { size, ...need }: Need & { readonly size: number },
): AsyncGenerator<Points> {
  let block: Float64Array | undefined;
  let filled = 0;
  for await (const { n, dim, data } of pointsOf(source, need)) {
    for (let i = 0; i < n; i++) {
      block ??= new Float64Array(size * dim);
      block.set(data.subarray(i * dim, (i + 1) * dim), filled * dim);
      if (++filled < size) continue;
      yield { n: size, dim, data: block };
      [block, filled] = [undefined, 0];
    }
  }
}
