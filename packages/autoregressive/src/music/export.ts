/** @file The files of an exported model of music. */
import { bitDraws, inference, key, keyFromSeed, ndarray, samplerFile, traceScope, type ExportFile } from "@gen/core";
import type { NdArray, Sizes, Tensor } from "@gen/core";
import type { RollModel } from "./roll-model.js";

export interface RollFileOptions {
  /** MIDI pitch of the first column, for the card. @default 21 */
  readonly low?: number;
}

/** The files of a model of music: logprob, sampler and continue. */
export function rollFiles(model: RollModel, { low = 21 }: RollFileOptions = {}): Readonly<Record<string, ExportFile>> {
  const X = `piano rolls, 1 where a pitch sounds; column 0 is MIDI pitch ${low}`;
  const STEPS = "steps of each piece";
  const symbols = { n: { from: "dim", input: "x", axis: 0 }, steps: { from: "dim", input: "x", axis: 1 } } as const;
  const rolls = ({ n, steps }: Sizes): Record<string, NdArray> => {
    const bits = bitDraws(key(11), n! * steps! * model.pitches);
    return {
      x: ndarray(
        Float32Array.from(bits, (b) => Number(b % 16 === 0)),
        [n!, steps!, model.pitches],
      ),
    };
  };
  const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");
  return {
    logprob: {
      purpose: "log p(x) of pieces, exact",
      trace: ({ n, steps }) =>
        inference(model, { x: [n!, steps!, model.pitches] }, ({ x }, scope) => ({
          logprob: model.logProb({ x }, scope),
        })),
      symbols,
      describe: { x: X, logprob: "log p(x): log-probability of each piece, in nats" },
      example: rolls,
    },
    sampler: samplerFile(model, {
      samples: X,
      also: { steps: STEPS },
      draw: ({ n, steps }, from) => model.sample(n, { scope: traceScope("eval", from), steps: steps! }),
    }),
    continue: {
      purpose: "pieces that go on from a beginning",
      trace: ({ n, steps }) =>
        inference(
          model,
          {
            x: [n!, steps!, model.pitches],
            known: { shape: [n!], dtype: "i32" },
            seed: { shape: [], dtype: "i64" },
          },
          (feeds: Readonly<Record<string, Tensor>>) => {
            const scope = traceScope("eval", keyFromSeed(feeds["seed"]!.cast("u64")));
            const given = { x: feeds["x"]!, known: feeds["known"]! };
            return { continued: model.sample(n!, { scope, steps: steps!, given }) };
          },
        ),
      symbols,
      describe: {
        x: `${X}; steps that are not given may hold anything`,
        known: "how many steps of each piece are given",
        continued: X,
      },
      example: (sizes) => ({
        ...rolls(sizes),
        known: ndarray(new Array<number>(sizes["n"]!).fill(1), [sizes["n"]!], "i32"),
        seed: whole(7),
      }),
    },
  };
}
