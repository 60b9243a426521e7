/** @file `gen score`: log p(x) of single rows, the least likely first, and which of them are outliers. */
import { existsSync } from "node:fs";
import { join, resolve as resolvePath } from "node:path";
import { GenError, sizeOf, type Card, type Dataset } from "@gen/core";
import { openFolder, writeAtomic } from "@gen/core/node";
import type { Context } from "../context.js";
import { modelFolder } from "../exported.js";
import { originOf } from "../origin.js";
import { logProbs } from "../log-prob.js";
import { RunFolder } from "../run/run-folder.js";
import { resolve, type GivenOptions } from "../schema/resolve.js";
import { defineOptions, select } from "../schema/schema.js";
import { parted, rowsLike } from "../tables.js";
import { absolute, placeOf, sourceOf } from "../train/plan.js";
import { outputSection, type Command } from "./command.js";
import { only } from "./train.js";

const options = defineOptions({
  data: { kind: "path", description: "CSV file with the rows; the test rows of the training data unless given" },
  share: {
    kind: "number",
    default: 0.01,
    above: 0,
    below: 1,
    description: "A row is an outlier if so small a share of the held-out rows is less likely",
  },
  to: { kind: "path", description: "CSV file to write; scores.csv beside the model unless given" },
  k: { kind: "integer", default: 100, min: 1, description: "Draws of z for each row, of a model with latents" },
  seed: { kind: "integer", default: 0, min: 0, description: "Where noise comes from" },
});

/** Outliers that are named on the terminal. */
const NAMED = 10;

export const scoreCommand: Command = {
  name: "score",
  summary: "Rank rows by log p(x), and find outliers.",
  positionals: [{ name: "model", description: "the folder of a run, or of an exported model", required: true }],
  examples: ["gen score runs/houses", "gen score runs/houses --data new.csv --share 0.001 --to scores.csv"],
  sections: () => [{ title: "Options", schema: options }, outputSection],
  async run({ positionals, given }, context) {
    const { cwd, output } = context;
    const shown = positionals[0]!;
    const { data, share, to, k, seed } = resolve(options, only(options, given), "gen score");
    const model = await openFolder(modelFolder(resolvePath(cwd, shown), shown));
    const { known, held, test } = await trainedOn(model.card, resolvePath(cwd, shown), context);
    const rows =
      data === undefined ? test : parted(await rowsLike(resolvePath(cwd, data), known), known.columns, model.card);
    const measure = (of: Dataset): Promise<Float64Array> => logProbs(model, of, { count: of.length, k, seed, context });
    const usual = (await measure(held)).sort();
    const found = await measure(rows);
    const threshold = usual[Math.floor(share * usual.length)]!;
    const scores = Array.from(found, (logProb, row) => ({ row: row + 1, logProb, isOutlier: !(logProb >= threshold) }));
    scores.sort((a, b) => a.logProb - b.logProb);
    const outliers = scores.filter(({ isOutlier }) => isOutlier).map(({ row }) => row);

    const dims = sizeOf(rows.fields["x"]!.shape);
    const lines = scores.map(({ row, logProb, isOutlier }) =>
      [row, logProb, -logProb / (dims * Math.LN2), below(usual, logProb), isOutlier ? "yes" : "no"].join(","),
    );
    const path = to === undefined ? join(model.path, "..", "scores.csv") : resolvePath(cwd, to);
    await writeAtomic(
      path,
      `${["row,log p (nats),bits/dim,held-out rows that are less likely,outlier", ...lines].join("\n")}\n`,
    );
    const some = outliers.slice(0, NAMED).join(", ");
    const list = outliers.length === 0 ? "" : `: ${some}${outliers.length > NAMED ? ", …" : ""}`;
    output.result(
      { path, rows: scores.length, threshold, outliers },
      `${outliers.length} of ${scores.length} rows with log p(x) < ${threshold.toFixed(2)} nats, below which are ${share * 100} % of ${usual.length} held-out rows${list}\nWrote ${path}`,
    );
    return 0;
  },
};

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
}

/** The held-out rows of the data that a card names. @throws GenError `option` where it names none */
async function trainedOn(card: Card, path: string, context: Context): Promise<TrainedOn> {
  // A run knows where its data lay; a card that has travelled knows what they were called.
  const made = existsSync(join(path, "config.json")) ? RunFolder.open(path).config.options : originOf(card).options;
  const { data } = made;
  if (typeof data !== "string") {
    throw new GenError("option", "gen score: expected a card that says what the model was trained on, got none", {
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
  };
}
