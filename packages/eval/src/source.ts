/** @file Where rows come from: an array, or a stream of arrays that is read once and never held as a whole. */
import { GenError, sizeOf, type Dataset, type NdArray } from "@gen/core";

/** Rows [N, …]: an array, or any number of arrays one after the other. */
export type Source = NdArray | Iterable<NdArray> | AsyncIterable<NdArray>;

/** Rows that are handed on at once. */
const CHUNK = 500;

/** A source as arrays of at most {@link CHUNK} rows. */
export async function* chunks(source: Source): AsyncGenerator<NdArray> {
  for await (const array of isArray(source) ? [source] : source) {
    const n = array.shape[0] ?? 0;
    if (array.shape.length === 0) throw new GenError("shape", "samples: expected [N, …], got a scalar");
    if (n <= CHUNK) {
      if (n > 0) yield array;
      continue;
    }
    for (let start = 0; start < n; start += CHUNK) yield rowRange(array, start, Math.min(n, start + CHUNK));
  }
}

function isArray(source: Source): source is NdArray {
  return "dtype" in source;
}

/** Rows `start` … `end` − 1 of an array, sharing its numbers. */
export function rowRange({ dtype, shape, data }: NdArray, start: number, end: number): NdArray {
  const width = sizeOf(shape.slice(1));
  return { dtype, shape: [end - start, ...shape.slice(1)], data: data.subarray(start * width, end * width) };
}

/** The rows of a field of a data set, in order, as a source. */
export async function* rowsOf(data: Dataset, field = "x"): AsyncGenerator<NdArray> {
  for (let start = 0; start < data.length; start += CHUNK) {
    const size = Math.min(CHUNK, data.length - start);
    const rows = await data.rows(Array.from({ length: size }, (_, i) => start + i));
    const array = rows[field];
    if (array === undefined)
      throw new GenError("data", `rowsOf: expected a field "${field}", got ${Object.keys(rows).join(", ")}`);
    yield array;
  }
}
