/** @file What `gen edit` works on: its options, the picture that it is given, the files of the model. */
import { resolve as resolvePath } from "node:path";
import { GenError, interpolate, ndarray, type NdArray } from "@gen/core";
import type { ModelFolder } from "@gen/core/node";
import { decodePicture } from "@gen/data/node";
import { told, type ToldOptions } from "../conditions.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";

export const WHERE = "gen edit";

/** Of a model of pictures. */
export const pictureOptions = defineOptions({
  picture: {
    kind: "path",
    description: "PNG, JPEG or WebP file; it is scaled to the size of the model's",
  },
  strength: {
    kind: "number",
    min: 0.01,
    max: 1,
    description:
      "How much is changed: near 0 keeps the picture, 1 draws a new one; 0.6 unless --mask, --toward or --code is given",
  },
  mask: {
    kind: "path",
    description: "Picture that is white where something new shall be, and black where nothing changes",
  },
  code: {
    kind: "string",
    description:
      "Codes of an InfoGAN that are changed, the rest of the noise kept: 1=3 sets the first, 1 walks through it",
  },
  words: { kind: "string", description: "Words that they shall fit, of a model that knows some" },
  guidance: { kind: "number", min: 0, description: "Weight of class and words, of a diffusion model: 1 is as trained" },
  seed: { kind: "integer", default: 0, min: 0, description: "Where the noise comes from" },
});

/** Of a model of a table. */
export const rowOptions = defineOptions({
  data: { kind: "path", description: "Of a table: CSV file, its columns named as those of the model" },
  row: { kind: "integer", default: 1, min: 1, description: "Of a table: row to start from, counted from 1" },
});

export const editOptions = defineOptions({
  ...pictureOptions.fields,
  ...rowOptions.fields,
  toward: {
    kind: "string",
    description: "Picture to go to, through what the model draws between; of a table, the number of the row",
  },
  n: {
    kind: "integer",
    default: 8,
    min: 1,
    description: "Pictures or rows that are made; of a code without numbers, all values",
  },
  label: {
    kind: "string",
    description:
      "Class that they shall have, of a model with classes; needed for --toward, but of a GAN the one that fits best unless given",
  },
  steps: {
    kind: "integer",
    min: 1,
    description: "Steps of the sampler, of a diffusion model; of the search for the noise of a picture, of a GAN",
  },
  to: {
    kind: "path",
    required: true,
    description:
      "File to write: a .png, the picture, then what became of it; or a .csv, the rows from one to the other",
  },
});

export type EditOptions = OptionsOf<typeof editOptions>;

export interface EditWork {
  readonly model: ModelFolder;
  readonly chosen: EditOptions;
  readonly cwd: string;
  /** Says what was found out on the way. */
  readonly note: (text: string) => void;
}

/** What is done to the picture; `strength` unless another is given. */
export const WAYS = ["strength", "mask", "toward", "code"] as const;
export type Way = (typeof WAYS)[number];

/** By way: the pictures that are shown, [·, C, H, W]. */
export type Makers = Readonly<Record<Way, (work: EditWork) => Promise<NdArray>>>;

/** The picture that is changed. @throws GenError `option` if none is given */
export function givenPicture(work: EditWork, file: string): Promise<NdArray> {
  const { picture: path } = work.chosen;
  if (path !== undefined) return picture(work, file, path);
  throw new GenError("option", `${WHERE}: expected --picture for a model of pictures, got none`);
}

/** A picture of the size and the channels of the model, [1, C, H, W] in [0, 1]. @throws GenError `option` for a model of something else */
export async function picture({ model, cwd }: EditWork, file: string, path: string): Promise<NdArray> {
  const shape = model.card.files[file]?.inputs.find(({ name }) => name === "x")?.shape ?? [];
  const [, channels, height, width] = shape.map(Number);
  if (shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw new GenError("option", `${WHERE}: expected a model of pictures with ${file}, got ${model.card.name}`, {
      fix: "train one: gen train gan --data ./my-pictures, or diffusion in its place",
    });
  }
  const bytes = await decodePicture(resolvePath(cwd, path), { size: [height!, width!], channels });
  return ndarray(
    Float32Array.from(bytes, (v) => v / 255),
    [1, channels, height!, width!],
  );
}

/** A picture with a hole where --mask is white. @returns mask: 1 where nothing changes; open: the picture with grey in the hole */
export async function hole(work: EditWork, file: string, x: NdArray): Promise<{ mask: NdArray; open: NdArray }> {
  const white = await picture(work, file, work.chosen.mask!);
  const [, channels, h, w] = x.shape as [number, number, number, number];
  const plane = h * w;
  // What any channel shows as bright is to be filled in, in all of them.
  const known = Float32Array.from({ length: x.data.length }, (_, i) =>
    Array.from({ length: channels }, (__, c) => Number(white.data[c * plane + (i % plane)])).some((v) => v > 0.5)
      ? 0
      : 1,
  );
  const open = Float32Array.from(Array.from(x.data, Number), (v, i) => (known[i] === 1 ? v : 0.5));
  return { mask: ndarray(known, x.shape), open: ndarray(open, x.shape) };
}

/** What a file gives for rows, with what else it takes. */
export async function run({ model, chosen }: EditWork, file: string, feeds: Readonly<Record<string, NdArray>>) {
  const n = (feeds["x"] ?? feeds["z"])!.shape[0]!;
  const takes = (name: string): boolean => model.card.files[file]!.inputs.some((input) => input.name === name);
  const { label, words, steps } = chosen;
  // Codes are made and undone without guidance, and a GAN's in one step.
  const how: ToldOptions = {
    n,
    label,
    words,
    file,
    where: WHERE,
    ...(takes("steps") && { steps }),
    ...(takes("guidance") && { guidance: chosen.guidance }),
  };
  const session = await model.open(file);
  try {
    return await session.run({
      ...feeds,
      ...(takes("seed") && { seed: ndarray([chosen.seed], [], "i64") }),
      ...told(model.card, how),
    });
  } finally {
    await session.close();
  }
}

export function repeated({ data, shape: [, ...row] }: NdArray, n: number): NdArray {
  return ndarray(
    Float32Array.from({ length: n * data.length }, (_, i) => Number(data[i % data.length])),
    [n, ...row],
  );
}

export function joined(parts: readonly NdArray[]): NdArray {
  const n = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return ndarray(
    parts.flatMap(({ data }) => Array.from(data, Number)),
    [n, ...parts[0]!.shape.slice(1)],
  );
}

/** Codes on the way from the first of two to the second, without both. @param z [2, …] @returns [n, …] */
export function codesBetween(z: NdArray, n: number, path: "spherical" | "linear"): NdArray {
  const numbers = Array.from(z.data, Number);
  const width = numbers.length / 2;
  const end = (from: number): NdArray => ndarray(numbers.slice(from, from + width), [width]);
  const { data } = interpolate({ from: end(0), to: end(width), steps: n + 2, path });
  return ndarray(Array.from(data.subarray(width, (n + 1) * width), Number), [n, ...z.shape.slice(1)]);
}
