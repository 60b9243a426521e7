/** @file `gen eval a b`: how alike two things are, by metrics that suit what they are. */
import { existsSync } from "node:fs";
import { join, resolve as resolvePath } from "node:path";
import { GenError, showShape, type Shape } from "@gen/core";
import { asTheyAre, onRuntime, type Extractor } from "@gen/eval";
import { builtInFolder, builtIns, openExtractor, type BuiltIn } from "@gen/eval/node";
import { writeAtomic } from "@gen/core/node";
import { compare, LEAST_ROWS } from "../compare/compare.js";
import { compareText, type Compared } from "../compare/show.js";
import { compareRows } from "../compare/tables.js";
import { isModel, isPictures, openSide, type Side } from "../compare/side.js";
import type { Context } from "../context.js";
import { writeReport } from "../report/gather.js";
import { RunFolder } from "../run/run-folder.js";
import { resolve, type GivenOptions } from "../schema/resolve.js";
import { defineOptions } from "../schema/schema.js";

export const compareOptions = defineOptions({
  n: {
    kind: "integer",
    default: 2000,
    min: LEAST_ROWS,
    description: "Samples of either side; papers take 10,000 or more",
  },
  seed: { kind: "integer", default: 0, min: 0, description: "Of a model's samples and of the intervals" },
  features: {
    kind: "string",
    description:
      "What samples are compared by: mnist or glyphs, a path of an exported classifier or of any .onnx file that takes [n, …] and gives features (its first output), or none; what suits the data unless given",
  },
  k: { kind: "integer", default: 3, min: 1, description: "Neighbours that a ball of precision and recall reaches to" },
  copies: {
    kind: "boolean",
    default: false,
    description: "Look for copies of training rows: a model beside a data set",
  },
  size: {
    kind: "integer",
    min: 1,
    unit: "pixels",
    description: "Height and width of pictures in folders, where both sides are",
  },
  threads: { kind: "integer", min: 1, description: "Threads to compute with" },
});

/** @throws GenError naming the side that is wrong */
export async function evalCompare(
  words: readonly [string, string],
  given: GivenOptions,
  context: Context,
): Promise<number> {
  const { n, seed, features, k, copies, size, threads } = resolve(compareOptions, given, "gen eval");
  const { cwd, output } = context;
  const sides = await openSides(words, { context, seed, size });
  const [a, b] = sides;
  try {
    if (a.shape.join() !== b.shape.join()) {
      throw new GenError(
        "shape",
        `gen eval: expected two sides of one shape, got ${showShape(a.shape)} of ${a.shown} and ${showShape(b.shape)} of ${b.shown}`,
      );
    }
    const named = { a: a.shown, b: b.shown };
    let compared: Compared;
    if (a.columns !== undefined || b.columns !== undefined) {
      if (features !== undefined || copies) {
        throw new GenError("option", "gen eval: expected --features and --copies with pictures only, got a table", {
          fix: "leave them out: tables are compared by their columns",
        });
      }
      compared = await compareRows(sides, { n, seed });
    } else {
      const by = await extractorFor(sides, features, cwd);
      const runtime = await context.openRuntime({ threads });
      try {
        const note = (text: string): void => output.say("note", { text }, text);
        const comparison = await compare(a, b, { n, k, seed, by, copies, multiply: onRuntime(runtime), note });
        compared = { ...named, by: by.name, rows: comparison.rows, comparison };
      } finally {
        await runtime.close();
        await by.close?.();
      }
    }
    const report = await intoReport(words[0], compared, cwd);
    const { comparison, tables, ...about } = compared;
    output.result({ ...about, ...comparison, ...tables, ...report }, compareText(compared));
    return 0;
  } finally {
    for (const side of sides) await side.close();
  }
}

interface Opening {
  readonly context: Context;
  readonly seed: number;
  readonly size: number | undefined;
}

/** Both sides; a folder of pictures takes the size of the other. */
async function openSides(
  [first, second]: readonly [string, string],
  { context, seed, size }: Opening,
): Promise<readonly [Side, Side]> {
  const areFolders = [first, second].map((word) => isPictures(word, context.cwd));
  if (size !== undefined && !areFolders.every(Boolean)) {
    throw new GenError("option", "gen eval: expected --size only with two folders of pictures, got it without", {
      fix: "leave out --size",
    });
  }
  const like: Shape | undefined = size === undefined ? undefined : [3, size, size];
  if (areFolders[0] === true && areFolders[1] !== true) {
    const b = await openSide(second, { context, seed });
    return [await openSide(first, { context, seed, like: b.shape }), b];
  }
  const a = await openSide(first, { context, seed, like });
  return [a, await openSide(second, { context, seed, like: like ?? a.shape })];
}

/** What samples are compared by. @throws GenError `option` for features of what are no pictures */
async function extractorFor(
  sides: readonly [Side, Side],
  asked: string | undefined,
  cwd: string,
): Promise<Extractor & { close?(): Promise<void> }> {
  const known = (name: string | undefined): name is BuiltIn => builtIns.some((each) => each === name);
  if (asked === "none") return asTheyAre;
  if (asked !== undefined) {
    if (known(asked)) return openExtractor(builtInFolder(asked));
    return openExtractor(resolvePath(cwd, asked));
  }
  const fits = sides[0].shape.join() === "1,28,28";
  const name = sides.map(({ data }) => (data === "binarized-mnist" ? "mnist" : data)).find(known);
  return fits && name !== undefined ? openExtractor(builtInFolder(name)) : asTheyAre;
}

/** Where the first side is a run, its folder keeps the comparison and its report shows it. */
async function intoReport(word: string, compared: Compared, cwd: string): Promise<{ readonly report?: string }> {
  const path = resolvePath(cwd, word);
  if (!isModel(word, cwd) || !existsSync(join(path, "config.json"))) return {};
  const folder = RunFolder.open(path);
  await writeAtomic(folder.comparison, `${JSON.stringify(compared, null, 2)}\n`);
  await writeReport(folder);
  return { report: folder.report };
}
