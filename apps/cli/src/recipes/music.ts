/** @file Music as a recipe: piano rolls, note by note. */
import { batches, GenError, inference, ndarray, trainStep, type Program, type Tensor } from "@gen/core";
import { adam, chain, clipByGlobalNorm, cosine, ema } from "@gen/core/optim";
import { rollFields, rollFiles, RollModel, sampleRolls, type RollBatch } from "@gen/autoregressive";
import { soundOf, tracksOf, type Score } from "../output/score.js";
import { defineRecipe, type Picture, type PrepareContext, type Recording, type Trainable } from "../recipe.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";
import { pick } from "../sources/views.js";

const options = defineOptions({
  hidden: {
    kind: "integer",
    default: 200,
    min: 1,
    unit: "units",
    description: "Width of the state that goes over time",
  },
  layers: { kind: "integer", default: 1, min: 1, description: "Recurrent layers" },
  noteHidden: {
    kind: "integer",
    default: 300,
    min: 1,
    unit: "units",
    description: "Width of the network that gives the notes of a step, one after the other",
  },
  dropout: { kind: "number", default: 0.3, min: 0, below: 1, description: "Share dropped over time in training" },
  learningRate: { kind: "number", default: 2e-3, above: 0, description: "Step size of Adam, which falls to nothing" },
});

type Options = OptionsOf<typeof options>;

/** Rows that are measured at once; pieces that are shown, and their steps. */
const [CHUNK, SHOWN, STEPS] = [16, 4, 64];

/** Samples a second and seconds of what a report has to listen to: enough for a tone, and half the bytes. */
const [RATE, SECONDS] = [11_025, 24];

export const musicRecipe = defineRecipe({
  family: "autoregressive",
  name: "music",
  summary:
    "Music as piano rolls, step by step and note by note: exact log p(x), new pieces, and how a beginning goes on",
  options,
  defaults: { batchSize: 16, steps: 1500, data: "jsb-chorales" },
  prepare,
});

function prepare(chosen: Options, { data, batchSize, steps, key: order }: PrepareContext): Trainable {
  const { x, mask } = data.train.fields;
  const { score } = data;
  if (x?.dtype !== "u8" || x.shape.length !== 2 || mask === undefined || score === undefined) {
    throw new GenError(
      "data",
      `music: expected piano rolls, fields x u8 [T, pitches] and mask, got ${Object.keys(data.train.fields).join(", ")}`,
      { fix: "use --data jsb-chorales, or the path of a folder of MIDI files" },
    );
  }
  const [length, pitches] = x.shape as [number, number];
  const { hidden, layers, noteHidden, dropout } = chosen;
  const model = new RollModel({ pitches, hidden, layers, noteHidden, dropout });
  const names = ["x", "mask"];
  return {
    model,
    step: trainStep({
      model,
      batch: rollFields(model, { n: batchSize, steps: length }),
      loss: (batch, scope) => model.loss(batch as unknown as RollBatch, scope),
      optimizer: chain(clipByGlobalNorm(1), adam({ learningRate: cosine(chosen.learningRate, { steps }) })),
      average: ema({ decay: 0.999 }),
    }),
    batches: batches(pick(data.train, names), { size: batchSize, key: order }),
    loss: { label: "−log p(step)", unit: "nats" },
    validation: perStep(model, length),
    metrics: { natsPerStep: { label: "−log p(step), mean over pieces", unit: "nats", better: "lower" } },
    heldOut: (split) => pick(data[split], names),
    from: "ema",
    pictures: { rolls: rolls(model) },
    recordings: { pieces: recorded(model, score) },
    files: rollFiles(model, { low: score.low, ...columnsOf(score) }),
  };
}

/** What the columns are, where instruments have columns of their own. */
function columnsOf({ low, instruments }: Score): { readonly columns?: string } {
  if (instruments === undefined) return {};
  const { programs, pitches } = instruments;
  return {
    columns: `${pitches} columns from MIDI pitch ${low} for each of the General MIDI programs ${programs.join(", ")}`,
  };
}

function perStep(model: RollModel, steps: number): Program {
  return inference(model, rollFields(model, { n: CHUNK, steps }), (batch: Readonly<Record<string, Tensor>>, scope) => {
    const count = batch["mask"]!.cast("f32").sum(1).maximum(1);
    return {
      natsPerStep: model
        .logProb(batch as unknown as RollBatch, scope)
        .neg()
        .div(count),
    };
  });
}

function rolls(model: RollModel): Picture {
  let program: Program | undefined;
  return {
    title: "Pieces",
    caption: `${SHOWN} new pieces of ${STEPS} steps: time goes to the right, pitch goes up.`,
    columns: 2,
    scale: 4,
    async draw({ runtime, store, from, key }) {
      program ??= sampleRolls(model, { n: SHOWN, steps: STEPS });
      const { samples } = await runtime.run(program, { store, from, key });
      const [n, T, D] = samples!.shape as [number, number, number];
      const data = samples!.data as Float32Array;
      const picture = Float32Array.from({ length: n * D * T }, (_, i) => {
        const [piece, line, t] = [Math.floor(i / (D * T)), Math.floor(i / T) % D, i % T];
        return data[(piece * T + t) * D + (D - 1 - line)]!;
      });
      return ndarray(picture, [n, 1, D, T]);
    },
  };
}

function recorded(model: RollModel, score: Score): Recording {
  return {
    title: "Pieces to listen to",
    caption: "What the model composes, from its first step on; gen sample writes more of them, as .mid or .wav.",
    async record({ runtime, store, from, key }) {
      const steps = Math.ceil((SECONDS * score.tempo * score.stepsPerQuarter) / 60);
      const { samples } = await runtime.run(sampleRolls(model, { n: SHOWN, steps }), { store, from, key });
      return tracksOf(samples!, score).map((tracks) => soundOf(tracks, { ...score, rate: RATE }));
    },
  };
}
