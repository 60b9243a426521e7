/** @file `gen sample`: draws from an exported model. */
import { join, resolve as resolvePath } from "node:path";
import { GenError, type NdArray } from "@gen/core";
import { openFolder, writeAtomic } from "@gen/core/node";
import { grid } from "@gen/data";
import { writePng } from "@gen/data/node";
import { draw, modelFolder } from "../exported.js";
import { walks } from "../noise.js";
import { columnsOf, csvText } from "../output/csv.js";
import { resolve } from "../schema/resolve.js";
import { defineOptions } from "../schema/schema.js";
import { outputSection, type Command } from "./command.js";
import { only } from "./train.js";

/** Pixels that a picture should be wide. */
const SEEN = 56;

const options = defineOptions({
  n: { kind: "integer", default: 64, min: 1, description: "How many to draw" },
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
  steps: { kind: "integer", min: 1, description: "Steps of the sampler, of a diffusion model" },
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
  to: {
    kind: "path",
    description:
      "File to write: .png for a grid of pictures, .csv for rows of a table, .json for the numbers; beside the model unless given",
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
  ],
  sections: () => [{ title: "Options", schema: options }, outputSection],
  async run({ positionals, given }, { cwd, output }) {
    const shown = positionals[0]!;
    const { n, seed, walk, to, columns, scale, ...told } = resolve(options, only(options, given), "gen sample");
    const folder = modelFolder(resolvePath(cwd, shown), shown);
    const model = await openFolder(folder);
    const { card } = model;
    if (card.files["network.onnx"]?.inputs.some(({ name }) => name === "tokens") === true) {
      throw new GenError("option", `gen sample: expected pictures or rows, got the text model ${card.name}`, {
        fix: `gen write ${shown}`,
      });
    }
    const samples =
      walk === undefined ? await draw(folder, { seed, n, ...told }) : await walks(model, { seed, n, walk, ...told });
    const pictures = isPictures(samples);
    const table = columnsOf(card.codec, join(folder, "card.json"));
    const ending = pictures ? "png" : table === undefined ? "json" : "csv";
    const path = to === undefined ? join(folder, "..", `drawn-seed-${seed}.${ending}`) : resolvePath(cwd, to);
    const isText = path.endsWith(".json") || (table !== undefined && path.endsWith(".csv"));
    if (isText) {
      for (const [flag, value] of Object.entries({ "--columns": columns, "--scale": scale })) {
        if (value === undefined) continue;
        throw new GenError("option", `gen sample: expected ${flag} only for a .png, got ${path}`, {
          fix: `leave out ${flag}`,
        });
      }
    }
    if (table !== undefined && path.endsWith(".csv")) {
      await writeAtomic(path, csvText(table, samples));
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
          ...((columns ?? walk) === undefined ? {} : { columns: (columns ?? walk)! }),
        }),
      );
    }
    output.result({ path, seed, n, shape: samples.shape }, `Wrote ${path}`);
    return 0;
  },
};

/** Pictures of a few pixels are hard to see. */
function enlarging({ shape }: NdArray): number {
  return Math.max(1, Math.round(SEEN / shape[3]!));
}

/** [n, C, H, W] with C 1 or 3. */
function isPictures({ shape }: NdArray): boolean {
  return shape.length === 4 && (shape[1] === 1 || shape[1] === 3);
}
