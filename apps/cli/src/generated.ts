/** @file Rows of chosen noise through the exported generator of a GAN: walks from one draw to another, and draws with chosen codes. */
import { GenError, ndarray, type Card, type NdArray } from "@gen/core";
import type { ModelFolder } from "@gen/core/node";
import { withCodes } from "./codes.js";
import { told, type Told } from "./conditions.js";
import { drawNoise, noiseWalk } from "./noise.js";

const [FILE, WHERE] = ["generator.onnx", "gen sample"];
/** Values of a continuous code that is walked. */
const VALUES = 10;

export interface GeneratedOptions extends Told {
  readonly n: number;
  readonly seed: number;
  /** Rows of a walk, both ends among them. */
  readonly walk?: number | undefined;
  /** Codes of an InfoGAN: one set, as 1=3, or walked, as 1. */
  readonly code?: string | undefined;
}

export interface Generated {
  /** [n · each, …] */
  readonly samples: NdArray;
  /** Rows of one walk, or of one draw with each value of a code. */
  readonly each: number;
}

/**
 * Walks from one draw to another, or draws with chosen codes; of one class each.
 *
 * @throws GenError `option` for a model without a generator, or for what the generator does not take
 */
export async function generated(
  model: ModelFolder,
  { n, seed, walk, code, ...how }: GeneratedOptions,
): Promise<Generated> {
  const { card } = model;
  const flag = walk === undefined ? "--code" : "--walk";
  if (walk !== undefined && code !== undefined) {
    throw new GenError("option", `${WHERE}: expected one of --walk and --code, got both`, { fix: "leave out --walk" });
  }
  if (card.files[FILE] === undefined) {
    throw new GenError(
      "option",
      `${WHERE}: expected a GAN for ${flag}, got ${card.name}, a model of family ${card.family}`,
      { fix: `leave out ${flag}` },
    );
  }
  const { z, each } =
    code === undefined
      ? { z: walksOf(card, drawNoise(card, 2 * n, seed), walk!), each: walk! }
      : withCodes(card, drawNoise(card, n, seed), { text: code, steps: VALUES, where: WHERE });
  const { label } = told(card, { n, file: FILE, ...how });
  const session = await model.open(FILE);
  try {
    const { x } = await session.run({ z, ...(label && { label: repeatedEach(label, each) }) });
    return { samples: x!, each };
  } finally {
    await session.close();
  }
}

/** From each even row of noise to the next. @param ends [2n, width] @returns [n · steps, width] */
function walksOf(card: Card, ends: NdArray, steps: number): NdArray {
  const [rows, width] = ends.shape as [number, number];
  const end = (i: number): NdArray => ({
    ...ends,
    shape: [width],
    data: ends.data.subarray(i * width, (i + 1) * width),
  });
  const walks = Array.from({ length: rows / 2 }, (_, i) =>
    Array.from(noiseWalk(card, [end(2 * i), end(2 * i + 1)], steps).data, Number),
  );
  return ndarray(walks.flat(), [(rows / 2) * steps, width]);
}

/** Each row of a vector so often. */
function repeatedEach({ data, dtype }: NdArray, times: number): NdArray {
  const all = Array.from({ length: data.length * times }, (_, i) => Number(data[Math.floor(i / times)]));
  return ndarray(all, [all.length], dtype);
}
