/** @file Generative adversarial networks as a recipe: two players, their game, and what is measured while they play. */
import { batches, GenError, type Shape } from "@gen/core";
import { fitStandardise, fitTable, type Codec } from "@gen/core/codec";
import { checkedBatches, describeFinding, Diagnosis, exportedFiles, game, judge, rowsPerStep } from "@gen/gan";
import type { BuiltIn } from "@gen/eval/node";
import { defineRecipe, type PrepareContext, type Splits, type Trainable } from "../recipe.js";
import { pick } from "../sources/views.js";
import { adviceFor } from "./gan-advice.js";
import { gameOf, ganOf, ganOptions, type GanChoices } from "./gan-options.js";
import { measureOf, metricsOf } from "./gan-measure.js";
import { ganPictures, ganRecordings } from "./gan-pictures.js";

/** Rows that are judged at once. */
const CHUNK = 250;

export const ganRecipe = defineRecipe({
  family: "gan",
  name: "gan",
  summary: "Adversarial networks of pictures, sounds, points or rows of tables, by any loss and penalty",
  options: ganOptions,
  defaults: { steps: 5000, batchSize: 64 },
  prepare,
});

async function prepare(chosen: GanChoices, { data, batchSize, key: order }: PrepareContext): Promise<Trainable> {
  const { x } = data.train.fields;
  if (x === undefined || (x.dtype !== "u8" && x.dtype !== "f32")) {
    throw new GenError(
      "data",
      `gan: expected a field x of u8 pictures or f32 rows, got ${Object.keys(data.train.fields).join(", ")}`,
      { fix: "choose another data set, or write a recipe for this one" },
    );
  }
  const isPicture = x.dtype === "u8";
  const codec = isPicture ? undefined : await codecOf(data);
  const gan = ganOf(chosen, { shape: x.shape, isPicture, classes: data.classes?.length ?? 0, ...(codec && { codec }) });
  const names = gan.classes === 0 ? ["x"] : ["x", "label"];
  const rules = gameOf(chosen, { batch: batchSize, pixels: x.dtype });
  const diagnosis = new Diagnosis();
  const extractor = chosen.extractor === "auto" ? extractorFor(x.shape, data.classes) : chosen.extractor;
  const measured = { held: pick(data.validation, names), extractor, modes: data.modes };
  const length = { label: "Length of the gradients", unit: "" };
  const score = { label: "Mean scores of training batches", unit: "" };
  return {
    model: gan,
    step: game(gan, rules),
    batches: checkedBatches(gan, batches(pick(data.train, names), { size: rowsPerStep(rules), key: order })),
    loss: { label: "Discriminator's loss", unit: "" },
    parts: {
      "generator.loss": { label: "Generator's loss", unit: "" },
      "discriminator.real": score,
      "discriminator.fake": score,
      "discriminator.gradient": length,
      "generator.gradient": length,
      "generator.spread": { label: "Spread of a batch of samples, over that of data", unit: "" },
    },
    watch: {
      add: (step, outputs) => diagnosis.add(step, outputs),
      notes: () =>
        diagnosis
          .findings()
          .map((finding) => describeFinding({ ...finding, remedies: adviceFor(finding.kind, chosen, isPicture) })),
    },
    validation: judge(gan, { n: CHUNK, pixels: x.dtype }),
    measure: measureOf(gan, measured),
    metrics: { score: { label: "Mean score of held-out rows", unit: "" }, ...metricsOf(measured) },
    keepsBest: false,
    heldOut: (split) => pick(data[split], names),
    from: "ema",
    pictures: ganPictures(gan),
    ...(data.rate !== undefined && { recordings: ganRecordings(gan, data.rate) }),
    ...(gan.codec && { codec: gan.codec }),
    files: exportedFiles(gan),
  };
}

/** Columns are what the file says; a sound has one mean and deviation, other numbers one each. */
function codecOf({ train, columns }: Splits): Promise<Codec> {
  if (columns !== undefined) return fitTable(train, { columns });
  return fitStandardise(train, { per: train.fields["x"]!.shape.length === 2 ? "row" : "number" });
}

/** What grey pictures of 28 × 28 pixels are compared by: digits by the features for ten classes, others by those for letters. */
function extractorFor(shape: Shape, classes: readonly string[] = []): BuiltIn | "none" {
  if (shape.join() !== "1,28,28") return "none";
  return classes.length === 10 ? "mnist" : "glyphs";
}
