/** @file A student of few steps, from a diffusion model that was trained: Salimans & Ho 2022, "Progressive distillation". arXiv:2202.00512 */
import { isDeepStrictEqual } from "node:util";
import { batches, GenError, trainStep, type Card } from "@gen/core";
import { openFolder } from "@gen/core/node";
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { loadWeights } from "@gen/core/tune";
import { fields, Halving, startPair, type DiffusionBatch } from "@gen/diffusion";
import { modelFolder } from "../exported.js";
import { originOf } from "../origin.js";
import { defineRecipe, type Live, type PrepareContext, type Splits, type Trainable } from "../recipe.js";
import { effective, resolve } from "../schema/resolve.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";
import { aboutModel, modelOf, type Made, type Options } from "./diffusion-model.js";
import { diffusionOptions } from "./diffusion-options.js";

const options = defineOptions({
  teacher: {
    kind: "path",
    required: true,
    description: "Folder of the run, or of the exported model, of gen train diffusion that it learns from",
  },
  samplerSteps: { kind: "integer", default: 4, min: 1, description: "Steps that the student shall need" },
  halvings: {
    kind: "integer",
    default: 3,
    min: 1,
    max: 10,
    description: "How often steps are halved: 3 go from 8 times as many of the teacher to those of the student",
  },
  teacherGuidance: {
    kind: "number",
    default: 1,
    min: 0,
    description: "Weight of class and words that the teacher is guided by; the student needs no guidance then",
  },
  learningRate: { kind: "number", default: 3e-4, above: 0, description: "Step size of Adam, which falls to nothing" },
  clip: { kind: "number", default: 1, above: 0, description: "Longest gradient, over all parameters" },
});

export const distilRecipe = defineRecipe({
  family: "diffusion",
  name: "distil",
  summary: "A diffusion model that needs 1 to 4 steps, learned from one that was trained: --teacher runs/faces",
  options,
  defaults: { steps: 3000, batchSize: 64 },
  prepare,
});

async function prepare(
  { teacher: place, samplerSteps: steps, halvings, teacherGuidance, ...chosen }: OptionsOf<typeof options>,
  { data, batchSize, steps: updates, key }: PrepareContext,
): Promise<Trainable> {
  const source = await openFolder(modelFolder(place, place));
  const inherited = inheritedOf(source.card);
  if (!isLike(source.card, data)) throw otherData(source.card);
  const made = await modelOf(inherited, data);
  if (!isSame(source.card, made)) throw otherData(source.card);
  const { model: student, pixels, masked, rows } = made;
  const { model: teacher } = await modelOf(inherited, data);
  if (teacherGuidance !== 1 && student.condition?.hasNull !== true) {
    throw new GenError(
      "option",
      "distil: expected a teacher that can be guided for --teacher-guidance, got one that cannot",
      {
        fix: "leave out --teacher-guidance",
      },
    );
  }
  const halving = new Halving({ student, teacher, steps, halvings, updates, guidance: teacherGuidance });
  const learningRate = cosine(chosen.learningRate, { steps: updates });
  return {
    model: halving,
    step: trainStep({
      model: halving,
      learn: student,
      batch: fields(student, { n: batchSize, pixels, masked }),
      loss: (batch, scope) => halving.loss(batch as unknown as DiffusionBatch, scope),
      optimizer: chain(clipByGlobalNorm(chosen.clip), adam({ learningRate })),
    }),
    async start({ runtime, store }: Live) {
      const from = runtime.emptyStore();
      await loadWeights({ store: from, model: student, source });
      await startPair(student, { store, from });
    },
    from: "student",
    keepsBest: false,
    batches: batches(rows("train"), { size: batchSize, key }),
    loss: { label: "Distance to where two steps of the teacher lead", unit: "" },
    inherited: effective(diffusionOptions, inherited),
    ...(await aboutModel(made, { ...inherited, how: { sampler: inherited.sampler }, samplerSteps: steps })),
  };
}

/** The options that the teacher was made by; those that say how samples are drawn as its student needs them. */
function inheritedOf(card: Card): Options {
  const { options: made } = originOf(card);
  if (card.family !== "diffusion" || Object.keys(made).length === 0) {
    throw new GenError("option", `distil: expected a model of gen train diffusion as --teacher, got ${card.name}`, {
      fix: "gen train diffusion makes one",
    });
  }
  const names = Object.keys(diffusionOptions.fields).filter((name) => name in made);
  const given = new Map(names.map((name) => [name, { value: made[name], spelling: name }]));
  const inherited = resolve(diffusionOptions, given, `card of ${card.name}`);
  if (inherited.objective === "consistency" || inherited.selfCondition) {
    const got = inherited.selfCondition ? "one with self-conditioning" : "a consistency model, which needs one step";
    throw new GenError("option", `distil: expected a teacher that follows an ODE step by step, got ${got}`, {
      fix: "take another --teacher",
    });
  }
  return { ...inherited, sampler: "ddim", spacing: "trailing", guidance: 1 };
}

/** What can be seen of other data before a model is made of them: their classes, texts and shape. */
function isLike(card: Card, { train, classes = [], texts }: Splits): boolean {
  const { classes: own = [], words = [] } = originOf(card);
  const [, ...shape] = card.files["sampler.onnx"]?.outputs.find(({ name }) => name === "samples")?.shape ?? [];
  const isTold = words.length === 0 || texts !== undefined;
  return isTold && isDeepStrictEqual([own, shape], [classes, train.fields["x"]?.shape]);
}

/** What can be seen then: how their numbers lie, and their words. */
function isSame(card: Card, { codec, vocabulary = [] }: Made): boolean {
  const { words = [] } = originOf(card);
  return isDeepStrictEqual([card.codec, words], [JSON.parse(JSON.stringify(codec.describe().spec)), vocabulary]);
}

function otherData(card: Card): GenError {
  return new GenError("data", `distil: expected the data of the teacher, ${card.data}, got others`, {
    fix: `--data ${String(originOf(card).options["data"])}, with the options that it was read with`,
  });
}
