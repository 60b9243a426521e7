/**
 * @file Chorales of Bach in quarters: an LSTM over time, a masked network over the notes of a step.
 * Boulanger-Lewandowski, Bengio & Vincent 2012, arXiv:1206.6392; compared with Bai, Kolter & Koltun 2018, arXiv:1803.01271.
 */
import { evaluate, trainStep } from "@gen/core";
import { adam, chain, clipByGlobalNorm, ema, inverseSqrt } from "@gen/core/optim";
import { rollFields, rollFiles, rollNats, RollModel, type RollBatch } from "@gen/autoregressive";
import { pianoRolls } from "@gen/data";
import { jsbChorales } from "@gen/data/node";
import { openWeights } from "../../../src/place.js";
import { trainInRelay } from "../../../src/relay.js";
import type { Exported, Measured, Result, TrainOptions } from "../../../src/row.js";
import { transposed } from "../../../src/transposed.js";

const id = "ar/jsb/nats";
const [seed, batchSize, steps, every, shift] = [0, 16, 12_000, 150, 5];
/** The pitches of the training pieces, 43 to 96, moved by up to `shift` semitones. */
const pitches = [43 - shift, 96 + shift] as const;
const shifts = Array.from({ length: 2 * shift + 1 }, (_, i) => i - shift);
const length = 160;
const options = { hidden: 256, noteHidden: 400, dropout: 0.3 };
const model = new RollModel({ pitches: pitches[1] - pitches[0] + 1, ...options });

export const row = {
  split: "229 pieces to learn, 76 to choose the weights, 77 to measure: −log p of a piece, summed over its steps",
  isRelay: true,
  train: async (given: TrainOptions): Promise<Result> => {
    const trained = await train(given);
    return {
      measured: await measure("test"),
      seed,
      ...trained,
      notes: `LSTM of ${options.hidden}, dropout ${options.dropout}, masked network of ${options.noteHidden} over the notes of a step; pieces moved by up to ${shift} semitones to learn from; every step is predicted, the first one too; Adam 2e-3 after 300 steps, falling by the root of the step from there; batch ${batchSize}; the average of the weights (0.999) with the best nats on the validation pieces; mean over all steps of the test pieces`,
    };
  },
  check: (): Promise<Measured> => measure("test"),
  exported: (): Exported => ({
    family: "autoregressive",
    files: rollFiles(model, { low: pitches[0] }),
    data: "chorales of J. S. Bach, a step a quarter note",
    licence: "public domain",
    recipe: { score: { low: pitches[0], stepsPerQuarter: 1, tempo: 80 } },
  }),
};

async function train(given: TrainOptions): Promise<Pick<Result, "seconds" | "steps">> {
  const step = trainStep({
    model,
    batch: rollFields(model, { n: batchSize, steps: 129 }),
    loss: (batch, scope) => model.loss(batch as unknown as RollBatch, scope),
    optimizer: chain(clipByGlobalNorm(1), adam({ learningRate: inverseSqrt(2e-3, { warmUp: 300 }) })),
    average: ema({ decay: 0.999 }),
  });
  const { pieces } = await jsbChorales({ split: "train" });
  const rows = pianoRolls(transposed(pieces, shifts), { name: "jsb-chorales", length: 129, pitches });
  const valid = {
    program: rollNats(model, { n: 19, steps: length }),
    data: await jsbChorales({ split: "valid", length, pitches }),
  };
  const relay = { id, seed, model, step, train: rows, batchSize, steps, every, valid };
  const say = ({ nats, steps: count }: Readonly<Record<string, number>>): string =>
    `${(nats! / count!).toFixed(3)} nats/step`;
  return trainInRelay({ ...relay, say }, given);
}

/** Nats of each step: the sum over all pieces, divided by their steps. */
async function measure(part: "valid" | "test"): Promise<Measured> {
  const { runtime, store } = await openWeights(id);
  const data = await jsbChorales({ split: part, length, pitches });
  const scored = await evaluate(rollNats(model, { n: 11, steps: length }), data, { runtime, store });
  await runtime.close();
  const count = scored["steps"]!.mean;
  return { value: scored["nats"]!.mean / count, standardError: scored["nats"]!.standardError / count, n: data.length };
}
