/** @file What a program gives for every row of a data set: the codes that a second stage learns from. */
import {
  allocate,
  bytesOf,
  GenError,
  split,
  type Dataset,
  type EvaluateOptions,
  type NdArray,
  type Program,
} from "@gen/core";

/**
 * The outputs of a program for all rows of a data set, in its order. The program takes a batch of rows; the last batch
 * is filled up with the first of its rows, and what those copies give is left out.
 *
 *     const { codes } = await collect(vqEncode(vq, { n: 100, pixels: "u8" }), data, { runtime, store });
 *
 * @returns each output, [rows, …]
 * @throws GenError `data` for an empty set, `shape` for an output that has not one entry for each row
 */
export async function collect(
  program: Program,
  data: Dataset,
  { runtime, store, key, from, signal }: EvaluateOptions,
): Promise<Record<string, NdArray>> {
  if (data.length === 0) throw new GenError("data", "collect: expected a data set with rows, got an empty one");
  const size = rowsOf(program);
  const found = new Map<string, NdArray>();
  for (let start = 0, batch = 0; start < data.length; start += size, batch++) {
    signal?.throwIfAborted();
    const count = Math.min(size, data.length - start);
    const rows = await data.rows(Array.from({ length: size }, (_, i) => (i < count ? start + i : start)));
    const feeds = Object.fromEntries([...program.feeds.keys()].map((name) => [name, rows[name]!]));
    const outputs = await runtime.run(program, {
      store,
      feeds,
      from,
      ...(key === undefined ? {} : { key: split(key, batch) }),
    });
    for (const [name, { dtype, shape, data: values }] of Object.entries(outputs)) {
      const width = values.length / size;
      if (!found.has(name)) {
        const all = [data.length, ...shape.slice(1)];
        found.set(name, { dtype, shape: all, data: allocate(dtype, data.length * width) });
      }
      bytesOf(found.get(name)!.data).set(
        bytesOf(values.subarray(0, count * width)),
        start * width * values.BYTES_PER_ELEMENT,
      );
    }
  }
  return Object.fromEntries(found);
}

/** The one leading extent of a program's outputs. */
function rowsOf({ graph, outputs }: Program): number {
  const extents = graph.outputs.filter(({ name }) => outputs.includes(name)).map(({ node }) => node.types[0]!.shape[0]);
  const [size] = extents;
  if (size === undefined || extents.some((extent) => extent !== size)) {
    throw new GenError("shape", `collect: expected outputs with one entry for each row, got [${extents.join(", ")}]`);
  }
  return size;
}
