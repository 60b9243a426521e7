/** @file How near a generator's samples are to held-out rows, as sets: precision, recall, density, coverage, Fréchet distance. */
import { ndarray, sizeOf, type Dataset, type Key, type NdArray } from "@gen/core";
import { featuresOf, frechetDistance, manifold, momentsOf } from "@gen/eval";
import { builtInFolder, openExtractor, type BuiltIn } from "@gen/eval/node";
import { sample, type Gan } from "@gen/gan";
import type { Live } from "../recipe.js";
import type { Quantity } from "../report/about.js";

/** Rows of either side that are compared. */
const ROWS = 1000;

export const setMetrics: Readonly<Record<string, Quantity>> = {
  precision: { label: "Precision", unit: "", better: "higher" },
  recall: { label: "Recall", unit: "", better: "higher" },
  density: { label: "Density", unit: "", better: "higher" },
  coverage: { label: "Coverage", unit: "", better: "higher" },
  frechet: { label: "Fréchet distance", unit: "", better: "lower" },
};

export interface MeasureOptions {
  readonly held: Dataset;
  readonly extractor: BuiltIn | "none";
}

/** A function that measures the model as it is. @param gan conditional ones draw the classes of the held-out rows */
export function measureOf(gan: Gan, { held, extractor }: MeasureOptions) {
  const n = Math.min(ROWS, held.length);
  const program = sample(gan, { n });
  return async ({ runtime, store, from, key }: Live & { readonly key: Key }): Promise<Record<string, number>> => {
    const rows = await held.rows(Array.from({ length: n }, (_, i) => Math.floor((i * held.length) / n)));
    const feeds = gan.classes === 0 ? {} : { label: rows["label"]! };
    const { samples } = await runtime.run(program, { store, from, key, feeds });
    if (extractor === "none") return shares(flat(rows["x"]!), flat(samples!));
    const by = await openExtractor(builtInFolder(extractor));
    const [real, drawn] = [await collected(featuresOf(by, rows["x"]!)), await collected(featuresOf(by, samples!))];
    await by.close();
    return { ...(await shares(real, drawn)), frechet: frechetDistance(await momentsOf(real), await momentsOf(drawn)) };
  };
}

async function shares(real: NdArray, drawn: NdArray): Promise<Record<string, number>> {
  const { precision, recall, density, coverage } = await manifold(real, drawn);
  return { precision: precision.value, recall: recall.value, density: density.value, coverage: coverage.value };
}

/** The only chunk of a stream over one array. */
async function collected(stream: AsyncIterable<NdArray>): Promise<NdArray> {
  const all: NdArray[] = [];
  for await (const chunk of stream) all.push(chunk);
  return all[0]!;
}

/** Rows as numbers: pictures as intensities. */
function flat({ dtype, shape, data }: NdArray): NdArray {
  const scale = dtype === "u8" ? 1 / 255 : 1;
  return ndarray(
    Float32Array.from(data as Float32Array, (v) => v * scale),
    [shape[0]!, sizeOf(shape.slice(1))],
  );
}
