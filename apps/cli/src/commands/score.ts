/** @file `gen score`: log p(x) of single rows, the least likely first, and which of them are outliers. */
import { existsSync } from "node:fs";
import { join, resolve as resolvePath } from "node:path";
import { GenError, sizeOf, type Card, type Dataset } from "@gen/core";
import { codecOf } from "@gen/core/codec";
import { openFolder, writeAtomic, type ModelFolder } from "@gen/core/node";
import type { Context } from "../context.js";
import { modelFolder } from "../exported.js";
import { folderPictures, isFolder } from "../folder-pictures.js";
import { originOf } from "../origin.js";
import { logProbs, measures, type Measured } from "../log-prob.js";
import { quoted } from "../output/csv.js";
import { RunFolder } from "../run/run-folder.js";
import { resolve, type GivenOptions } from "../schema/resolve.js";
import { defineOptions, select } from "../schema/schema.js";
import { checkRows, parted, rowsLike } from "../tables.js";
import { absolute, placeOf, sourceOf } from "../train/plan.js";
import { outputSection, type Command } from "./command.js";
import { only } from "./train.js";

const options = defineOptions({
  data: {
    kind: "path",
    description: "CSV file with the rows, or a folder of pictures; the test rows of the training data unless given",
  },
  label: {
    kind: "string",
    description: "Class of all pictures of a folder, for a model with classes; by their folders unless given",
  },
  share: {
    kind: "number",
    default: 0.01,
    above: 0,
    below: 1,
    description: "A row is an outlier if so small a share of the held-out rows is less likely",
  },
  order: {
    kind: "choice",
    choices: ["likelihood", "data"],
    default: "likelihood",
    description: "Of what is written: the least likely first, or as in the data",
  },
  to: { kind: "path", description: "CSV file to write; scores.csv beside the model unless given" },
  k: { kind: "integer", default: 100, min: 1, description: "Draws of z for each row, of a model with latents" },
  seed: { kind: "integer", default: 0, min: 0, description: "Where noise comes from" },
});

const WHERE = "gen score";

/** Outliers that are named on the terminal. */
const NAMED = 10;

export const scoreCommand: Command = {
  name: "score",
  summary: "Rank rows by log p(x), and find outliers.",
  positionals: [{ name: "model", description: "the folder of a run, or of an exported model", required: true }],
  examples: [
    "gen score runs/houses",
    "gen score runs/houses --data new.csv --share 0.001 --to scores.csv",
    "gen score runs/faces --data my-faces",
  ],
  sections: () => [{ title: "Options", schema: options }, outputSection],
  async run({ positionals, given }, context) {
    const { cwd, output } = context;
    const shown = positionals[0]!;
    const { data, label, share, order, to, k, seed } = resolve(options, only(options, given), WHERE);
    const model = await openFolder(modelFolder(resolvePath(cwd, shown), shown));
    const trained = await trainedOn(model.card, resolvePath(cwd, shown), context);
    const { held } = trained;
    const rows = await rowsFor(model, trained, { data: data && resolvePath(cwd, data), label });
    const measure = (of: Dataset, by: Measured): Promise<Float64Array> =>
      logProbs(model, of, { count: of.length, k, seed, by, context });
    // A diffusion model has a bound beside log p(x); of rows with gaps, the bound alone.
    const by = measures(model, "logprob") || !measures(model, "bound") ? "logprob" : "bound";
    const usual = (await measure(held, by)).sort();
    const found = await measure(rows, by);
    const bounds = by === "logprob" && measures(model, "bound") ? await measure(rows, "bound") : undefined;
    const threshold = usual[Math.floor(share * usual.length)]!;
    const { names } = rows;
    const scores = Array.from(found, (logProb, row) => ({
      row: names?.[row] ?? row + 1,
      logProb,
      bound: bounds?.[row],
      isOutlier: !(logProb >= threshold),
    }));
    const ranked = scores.toSorted((a, b) => a.logProb - b.logProb);
    const outliers = ranked.filter(({ isOutlier }) => isOutlier).map(({ row }) => row);

    const dims = sizeOf(rows.fields["x"]!.shape);
    const lines = (order === "data" ? scores : ranked).map(({ row, logProb, bound, isOutlier }) =>
      [
        quoted(String(row)),
        logProb,
        -logProb / (dims * Math.LN2),
        ...(bound === undefined ? [] : [bound]),
        below(usual, logProb),
        isOutlier ? "yes" : "no",
      ].join(","),
    );
    const path = to === undefined ? join(model.path, "..", "scores.csv") : resolvePath(cwd, to);
    const header = [
      names === undefined ? "row" : "picture",
      by === "bound" ? "log p at least (nats)" : "log p (nats)",
      "bits/dim",
      ...(bounds === undefined ? [] : ["log p at least by the variational bound (nats)"]),
      "held-out rows that are less likely",
      "outlier",
    ].join(",");
    await writeAtomic(path, `${[header, ...lines].join("\n")}\n`);
    const some = outliers.slice(0, NAMED).join(", ");
    const list = outliers.length === 0 ? "" : `: ${some}${outliers.length > NAMED ? ", …" : ""}`;
    const what = names === undefined ? "rows" : "pictures";
    output.result(
      { path, rows: scores.length, threshold, outliers },
      `${outliers.length} of ${scores.length} ${what} with log p(x) < ${threshold.toFixed(2)} nats, below which are ${share * 100} % of ${usual.length} held-out ${what}${list}\nWrote ${path}`,
    );
    return 0;
  },
};

/** Rows to score, with their names if they have some. @throws GenError naming what the model cannot take */
async function rowsFor(
  { card, path }: ModelFolder,
  { known, test, names, options: made }: TrainedOn,
  { data, label }: { readonly data: string | undefined; readonly label: string | undefined },
): Promise<Dataset & { readonly names?: readonly string[] | undefined }> {
  const isPictures = data !== undefined && isFolder(data);
  if (label !== undefined && !isPictures)
    throw new GenError("option", `${WHERE}: expected --label only for a folder of pictures, got it for other rows`, {
      fix: "leave out --label",
    });
  if (data === undefined) return { ...test, names };
  if (!isPictures) {
    const rows = parted(await rowsLike(data, known), known.columns, card);
    if (card.codec !== undefined) await checkRows(rows, codecOf(card.codec, { file: join(path, "card.json") }), data);
    return rows;
  }
  const inputs = card.files["logprob.onnx"]?.inputs ?? [];
  const hasLabel = inputs.some((input) => input.name === "label");
  if (label !== undefined && !hasLabel)
    throw new GenError("option", `${WHERE}: expected --label only for a model with classes, got it for ${card.name}`, {
      fix: "leave out --label",
    });
  const { background } = made;
  return folderPictures(data, {
    shape:
      inputs
        .find(({ name }) => name === "x")
        ?.shape.slice(1)
        .map(Number) ?? [],
    ...(typeof background === "number" && { background }),
    ...(hasLabel && { classes: originOf(card).classes ?? [] }),
    label,
    where: WHERE,
  });
}

/** Share of sorted values below one. */
function below(sorted: Float64Array, value: number): number {
  const count = sorted.findIndex((other) => other >= value);
  return (count < 0 ? sorted.length : count) / sorted.length;
}

interface TrainedOn {
  /** What is known of the columns. */
  readonly known: Parameters<typeof rowsLike>[1];
  readonly held: Dataset;
  readonly test: Dataset;
  /** Of the test rows, if they have some. */
  readonly names: readonly string[] | undefined;
  /** How the model was made. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The held-out rows of the data that a card names. @throws GenError `option` where it names none */
async function trainedOn(card: Card, path: string, context: Context): Promise<TrainedOn> {
  // A run knows where its data lay; a card that has travelled knows what they were called.
  const made = existsSync(join(path, "config.json")) ? RunFolder.open(path).config.options : originOf(card).options;
  const { data } = made;
  if (typeof data !== "string") {
    throw new GenError("option", `${WHERE}: expected a card that says what the model was trained on, got none`, {
      fix: "score the folder of a run",
    });
  }
  const source = sourceOf(data, context);
  const given: GivenOptions = new Map(
    Object.entries(made).flatMap(([name, value]) =>
      name in source.options.fields ? [[name, { value, spelling: name }] as const] : [],
    ),
  );
  const { output, signal, cwd } = context;
  const resolved = absolute(source.options, resolve(source.options, given, "card.json"), cwd);
  const splits = await source.open(select(source.options, resolved), {
    data: placeOf(data, cwd),
    signal,
    note: (text) => output.say("note", { text }, text),
  });
  const { columns = [], classes } = splits;
  const label = typeof made["label"] === "string" ? made["label"] : undefined;
  return {
    known: { columns, ...(classes && { classes }), label },
    held: parted(splits.validation, splits.columns, card),
    test: parted(splits.test, splits.columns, card),
    names: splits.texts?.test,
    options: made,
  };
}
