/** @file `gen edit`: pictures changed through the exported files of a model: with noise and back, filled in, or on the way to another. */
import { resolve as resolvePath } from "node:path";
import { GenError, ndarray, type NdArray } from "@gen/core";
import { openFolder, type ModelFolder } from "@gen/core/node";
import { grid } from "@gen/data";
import { decodePicture, writePng } from "@gen/data/node";
import { told, type ToldOptions } from "../conditions.js";
import { modelFolder } from "../exported.js";
import { resolve } from "../schema/resolve.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";
import { outputSection, type Command } from "./command.js";
import { only } from "./train.js";

const WHERE = "gen edit";

const options = defineOptions({
  picture: {
    kind: "path",
    required: true,
    description: "PNG, JPEG or WebP file; it is scaled to the size of the model's",
  },
  strength: {
    kind: "number",
    min: 0.01,
    max: 1,
    description:
      "How much is changed: near 0 keeps the picture, 1 draws a new one; 0.6 unless --mask or --toward is given",
  },
  mask: {
    kind: "path",
    description: "Picture that is white where something new shall be, and black where nothing changes",
  },
  toward: { kind: "path", description: "Picture to go to, through what the model draws between" },
  n: { kind: "integer", default: 8, min: 1, description: "Pictures that are made" },
  label: { kind: "string", description: "Class that they shall have, of a model with classes" },
  words: { kind: "string", description: "Words that they shall fit, of a model that knows some" },
  steps: { kind: "integer", min: 1, description: "Steps of the sampler" },
  guidance: { kind: "number", min: 0, description: "Weight of class and words: 1 is as trained" },
  seed: { kind: "integer", default: 0, min: 0, description: "Where the noise comes from" },
  to: { kind: "path", required: true, description: "File to write, a .png: the picture, then what became of it" },
});

type Options = OptionsOf<typeof options>;

export const editCommand: Command = {
  name: "edit",
  summary:
    "Change a picture, fill in a part of it, or walk from it to another, through the exported files of a diffusion model.",
  positionals: [{ name: "model", description: "the folder of a run, or of an exported model", required: true }],
  examples: [
    "gen edit runs/faces --picture me.png --strength 0.5 --to changed.png",
    "gen edit runs/faces --picture me.png --mask hole.png --to filled.png",
    "gen edit runs/faces --picture me.png --toward you.png --to between.png",
  ],
  sections: () => [{ title: "Options", schema: options }, outputSection],
  async run({ positionals, given }, { cwd, output }) {
    const shown = positionals[0]!;
    const chosen = resolve(options, only(options, given), WHERE);
    const ways = (["strength", "mask", "toward"] as const).filter((way) => chosen[way] !== undefined);
    if (ways.length > 1) {
      throw new GenError("option", `${WHERE}: expected one of --strength, --mask and --toward, got ${ways.length}`, {
        fix: `leave out --${ways[1]!}`,
      });
    }
    const model = await openFolder(modelFolder(resolvePath(cwd, shown), shown));
    const made = await MAKERS[ways[0] ?? "strength"]({ model, chosen, cwd });
    const path = resolvePath(cwd, chosen.to);
    await writePng(
      path,
      grid(made, { columns: Math.min(chosen.n + 1, 12), scale: Math.max(1, Math.round(56 / made.shape[3]!)) }),
    );
    output.result({ path, n: chosen.n, seed: chosen.seed }, `Wrote ${path}`);
    return 0;
  },
};

interface Work {
  readonly model: ModelFolder;
  readonly chosen: Options;
  readonly cwd: string;
}

/** By way: the pictures that are shown, [·, C, H, W]. */
const MAKERS: Readonly<Record<"strength" | "mask" | "toward", (work: Work) => Promise<NdArray>>> = {
  async strength(work) {
    const { chosen } = work;
    const x = await picture(work, "edit.onnx", chosen.picture);
    const strength = ndarray([chosen.strength ?? 0.6], []);
    const { edited } = await run(work, "edit.onnx", { x: repeated(x, chosen.n), strength });
    return joined([x, edited!]);
  },
  async mask(work) {
    const { chosen } = work;
    const x = await picture(work, "complete.onnx", chosen.picture);
    const hole = await picture(work, "complete.onnx", chosen.mask!);
    const [, channels, h, w] = x.shape as [number, number, number, number];
    const plane = h * w;
    // What any channel shows as bright is to be filled in, in all of them.
    const known = Float32Array.from({ length: x.data.length }, (_, i) =>
      Array.from({ length: channels }, (__, c) => Number(hole.data[c * plane + (i % plane)])).some((v) => v > 0.5)
        ? 0
        : 1,
    );
    const mask = repeated(ndarray(known, x.shape), chosen.n);
    const { completed } = await run(work, "complete.onnx", { x: repeated(x, chosen.n), mask });
    const open = ndarray(
      Float32Array.from(Array.from(x.data, Number), (v, i) => (known[i] === 1 ? v : 0.5)),
      x.shape,
    );
    return joined([open, completed!]);
  },
  async toward(work) {
    const { chosen } = work;
    const ends = [
      await picture(work, "encode.onnx", chosen.picture),
      await picture(work, "encode.onnx", chosen.toward!),
    ] as const;
    const { z } = await run(work, "encode.onnx", { x: joined(ends) });
    const size = z!.data.length / 2;
    const between = Array.from({ length: chosen.n }, (_, i) => (i + 1) / (chosen.n + 1)).flatMap((t) => {
      const norm = Math.hypot(1 - t, t); // codes are draws from N(0, I): what is between has their length
      return Array.from(
        { length: size },
        (_, i) => ((1 - t) * Number(z!.data[i]) + t * Number(z!.data[size + i])) / norm,
      );
    });
    const { x } = await run(work, "decode.onnx", { z: ndarray(between, [chosen.n, ...z!.shape.slice(1)]) });
    return joined([ends[0], x!, ends[1]]);
  },
};

/** A picture of the size and the channels of the model, [1, C, H, W] in [0, 1]. @throws GenError `option` for a model of something else */
async function picture({ model, cwd }: Work, file: string, path: string): Promise<NdArray> {
  const shape = model.card.files[file]?.inputs.find(({ name }) => name === "x")?.shape ?? [];
  const [, channels, height, width] = shape.map(Number);
  if (shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw new GenError(
      "option",
      `${WHERE}: expected a diffusion model of pictures with ${file}, got ${model.card.name}`,
      {
        fix: "train one with gen train diffusion --data ./my-pictures",
      },
    );
  }
  const bytes = await decodePicture(resolvePath(cwd, path), { size: [height!, width!], channels });
  return ndarray(
    Float32Array.from(bytes, (v) => v / 255),
    [1, channels, height!, width!],
  );
}

/** What a file gives for rows, with what else it takes. */
async function run({ model, chosen }: Work, file: string, feeds: Readonly<Record<string, NdArray>>) {
  const n = (feeds["x"] ?? feeds["z"])!.shape[0]!;
  const takes = (name: string): boolean => model.card.files[file]!.inputs.some((input) => input.name === name);
  const { label, words, steps } = chosen;
  // Codes are made and undone without guidance.
  const how: ToldOptions = {
    n,
    label,
    words,
    steps,
    file,
    where: WHERE,
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

function repeated({ data, shape: [, ...row] }: NdArray, n: number): NdArray {
  return ndarray(
    Float32Array.from({ length: n * data.length }, (_, i) => Number(data[i % data.length])),
    [n, ...row],
  );
}

function joined(parts: readonly NdArray[]): NdArray {
  const n = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return ndarray(
    parts.flatMap(({ data }) => Array.from(data, Number)),
    [n, ...parts[0]!.shape.slice(1)],
  );
}
