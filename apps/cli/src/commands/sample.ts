/** @file `gen sample`: draws from an exported model. */
import { join, resolve as resolvePath } from "node:path";
import { GenError, ndarray, type NdArray } from "@gen/core";
import { openFolder, writeAtomic } from "@gen/core/node";
import { encodeWav, grid } from "@gen/data";
import { writePng } from "@gen/data/node";
import { draw, modelFolder } from "../exported.js";
import { generated } from "../generated.js";
import { originOf } from "../origin.js";
import { columnsOf, csvText } from "../output/csv.js";
import { numbered, scoreFile, tracksOf } from "../output/score.js";
import { resolve } from "../schema/resolve.js";
import { defineOptions } from "../schema/schema.js";
import { outputSection, type Command } from "./command.js";
import { only } from "./train.js";

/** Pixels that a picture should be wide, and steps of a piece of music. */
const [SEEN, STEPS] = [56, 64];

const options = defineOptions({
  n: { kind: "integer", min: 1, description: "How many to draw; 64, or one piece of music, unless given" },
  seed: { kind: "integer", default: 0, min: 0, description: "Which: the same seed gives the same, everywhere" },
  label: {
    kind: "string",
    description: "Class to draw from, by name or number, for a model with classes; all in turn unless given",
  },
  words: { kind: "string", description: "Words to draw from, of a model that knows some: red heart" },
  avoid: { kind: "string", description: "Words that samples shall be unlike, where --guidance is not 1" },
  given: {
    kind: "string",
    description: "Values of the columns that a model is conditioned on: sex=f,age=30",
  },
  steps: {
    kind: "integer",
    min: 1,
    description: "Steps of the sampler, of a diffusion model; or of a piece of music, 64 unless given",
  },
  tempo: { kind: "number", min: 4, max: 1000, description: "Quarter notes a minute, of music" },
  guidance: { kind: "number", min: 0, description: "Weight of class and words, of a diffusion model: 1 is as trained" },
  truncation: {
    kind: "number",
    min: 0,
    description: "Noise of a GAN stays within this: 0 draws the middle alone; all of it unless given",
  },
  walk: {
    kind: "integer",
    min: 2,
    description: "Of a GAN: pictures on the way from one draw to another; --n is the number of walks",
  },
  code: {
    kind: "string",
    description: "Of an InfoGAN: 1 draws each row with all values of its first code, 1=3 with one; 1=3,2 both",
  },
  to: {
    kind: "path",
    description:
      "File to write: .png for a grid of pictures, .csv for rows of a table, .wav for sounds one after the other, .mid or .wav for music, .json for the numbers; beside the model unless given",
  },
  columns: {
    kind: "integer",
    min: 1,
    description: "Pictures in a row of the grid; about as many as rows unless given",
  },
  scale: {
    kind: "integer",
    min: 1,
    max: 64,
    description: "Each pixel becomes a square of so many; small pictures are enlarged unless given",
  },
});

export const sampleCommand: Command = {
  name: "sample",
  summary: "Draw from a trained model, through its exported files.",
  positionals: [{ name: "model", description: "the folder of a run, or of an exported model", required: true }],
  examples: [
    "gen sample runs/faces",
    "gen sample runs/faces --n 16 --seed 7 --to faces.png",
    'gen sample runs/emoji --words "red heart" --guidance 3',
    "gen sample runs/digits --walk 12 --n 6 --to walks.png",
    "gen sample runs/digits --code 1 --n 6 --to codes.png",
    "gen sample runs/drums --n 8 --to drums.wav",
    "gen sample runs/chorales --n 3 --to chorale.wav",
  ],
  sections: () => [{ title: "Options", schema: options }, outputSection],
  async run({ positionals, given }, { cwd, output }) {
    const shown = positionals[0]!;
    const chosen = resolve(options, only(options, given), "gen sample");
    const { n: wanted, seed, walk, code, to, columns, scale, tempo, ...told } = chosen;
    const folder = modelFolder(resolvePath(cwd, shown), shown);
    const model = await openFolder(folder);
    const { card } = model;
    if (card.files["network.onnx"]?.inputs.some(({ name }) => name === "tokens") === true) {
      throw new GenError("option", `gen sample: expected pictures or rows, got the text model ${card.name}`, {
        fix: `gen write ${shown}`,
      });
    }
    const { score } = originOf(card);
    const n = wanted ?? (score === undefined ? 64 : 1);
    const { samples, each } =
      walk === undefined && code === undefined
        ? { samples: await draw(folder, { seed, n, ...told, ...(score && { steps: told.steps ?? STEPS }) }), each: 1 }
        : await generated(model, { seed, n, walk, code, ...told });
    const pictures = isPictures(samples);
    const table = columnsOf(card.codec, join(folder, "card.json"));
    const { rate } = originOf(card);
    const isSound = samples.shape.length === 3 && rate !== undefined;
    const other = isSound ? "wav" : table === undefined ? "json" : "csv";
    const ending = pictures ? "png" : score !== undefined ? "mid" : other;
    const path = to === undefined ? join(folder, "..", `drawn-seed-${seed}.${ending}`) : resolvePath(cwd, to);
    const isHeard = isSound && path.endsWith(".wav");
    const isText = path.endsWith(".json") || (table !== undefined && path.endsWith(".csv"));
    const isMusic = score !== undefined && !isText;
    if (isText || isMusic || isHeard) refuse({ columns, scale }, "a .png", path);
    if (!isMusic) refuse({ tempo }, "the music of a model of music", path);
    let paths = [path];
    if (isMusic) {
      const pieces = tracksOf(samples, score);
      const sounding = { ...score, tempo: tempo ?? score.tempo };
      paths = numbered(path, n);
      for (const [i, tracks] of pieces.entries()) await writeAtomic(paths[i]!, scoreFile(paths[i]!, tracks, sounding));
    } else if (table !== undefined && path.endsWith(".csv")) {
      await writeAtomic(path, csvText(table, samples));
    } else if (isHeard) {
      await writeAtomic(path, encodeWav({ samples: inTurn(samples, rate), rate }));
    } else if (isText) {
      await writeAtomic(
        path,
        `${JSON.stringify({ seed, shape: samples.shape, data: Array.from(samples.data, Number) })}\n`,
      );
    } else {
      if (!pictures)
        throw new GenError(
          "option",
          `gen sample: expected a .${ending} for samples of shape [${samples.shape.join(", ")}], got ${path}`,
          { fix: `write to a .${ending}` },
        );
      await writePng(
        path,
        grid(samples, {
          scale: scale ?? enlarging(samples),
          ...(columns !== undefined ? { columns } : each > 1 && { columns: each }),
        }),
      );
    }
    output.result({ path, seed, n, shape: samples.shape }, `Wrote ${paths.join(", ")}`);
    return 0;
  },
};

/** @throws GenError `option` for a flag that was given where it has no effect */
function refuse(flags: Readonly<Record<string, unknown>>, only: string, path: string): void {
  for (const [name, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    throw new GenError("option", `gen sample: expected --${name} only for ${only}, got it for ${path}`, {
      fix: `leave out --${name}`,
    });
  }
}

/** Sounds [N, C, T] one after the other, a quarter of a second between them: [C, …]. */
function inTurn({ data, shape }: NdArray, rate: number): NdArray<"f32"> {
  const [n, channels, length] = shape as [number, number, number];
  const stride = length + Math.round(rate / 4);
  const out = new Float32Array(channels * n * stride);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < channels; c++)
      for (let t = 0; t < length; t++) {
        const v = Number(data[(i * channels + c) * length + t]);
        out[(c * n + i) * stride + t] = Math.min(1, Math.max(-1, v)); // beyond, a file would wrap or clip as it likes
      }
  return ndarray(out, [channels, n * stride]);
}

/** Pictures of a few pixels are hard to see. */
function enlarging({ shape }: NdArray): number {
  return Math.max(1, Math.round(SEEN / shape[3]!));
}

/** [n, C, H, W] with C 1 or 3. */
function isPictures({ shape }: NdArray): boolean {
  return shape.length === 4 && (shape[1] === 1 || shape[1] === 3);
}
