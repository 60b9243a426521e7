/** @file What one does with a trained model of music, as programs: measure, compose, go on from a beginning. */
import { inference, type BatchField, type Program, type Tensor } from "@gen/core";
import type { RollBatch, RollModel } from "./roll-model.js";

export interface RollRows {
  /** Rows in a batch. */
  readonly n: number;
  /** T: steps of a row. */
  readonly steps: number;
}

type Feeds = Readonly<Record<string, Tensor>>;

/** The fields that feed a program of this model: rolls and masks as `pianoRolls` of `@gen/data` gives them. */
export function rollFields(model: RollModel, { n, steps }: RollRows): Record<"x" | "mask", BatchField> {
  return { x: { shape: [n, steps, model.pitches], dtype: "u8" }, mask: { shape: [n, steps], dtype: "u8" } };
}

/** −log p of each piece, exact. @returns outputs nats [n], and steps [n]: how many of them count */
export function rollNats(model: RollModel, rows: RollRows): Program {
  return inference(model, rollFields(model, rows), (batch: Feeds, scope) => ({
    nats: model.logProb(batch as unknown as RollBatch, scope).neg(),
    steps: batch["mask"]!.cast("f32").sum(1),
  }));
}

/** New pieces. @returns output samples [n, T, D] f32, 1 where a pitch sounds */
export function sampleRolls(model: RollModel, { n, steps }: RollRows): Program {
  return inference(model, {}, (_, scope) => ({ samples: model.sample(n, { scope, steps }) }));
}

/**
 * Pieces that go on from a beginning. Feeds x [n, T, D] f32, whose other steps may hold anything, and known [n] i32: how
 * many steps of each are given.
 *
 * @returns output continued [n, T, D] f32
 */
export function continueRolls(model: RollModel, { n, steps }: RollRows): Program {
  const batch: Record<string, BatchField> = { x: [n, steps, model.pitches], known: { shape: [n], dtype: "i32" } };
  return inference(model, batch, ({ x, known }: Feeds, scope) => ({
    continued: model.sample(n, { scope, steps, given: { x: x!, known: known! } }),
  }));
}
