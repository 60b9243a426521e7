/** @file The files of an exported model of music. */
import { bitDraws, inference, key, keyFromSeed, ndarray, samplerFile, traceScope, type ExportFile } from "@gen/core";
import type { BatchField, NdArray, Scope, Shape, Sizes, Tensor } from "@gen/core";
import type { RollDraw, RollModel } from "./roll-model.js";

export interface RollFileOptions {
  /** MIDI pitch of the first column, for the card. @default 21 */
  readonly low?: number;
  /** What the columns are, for the card. @default pitches from `low` on */
  readonly columns?: string;
}

const INTEGER: BatchField = { shape: [], dtype: "i64" };

type Feeds = Readonly<Record<string, Tensor>>;

/** The files of a model of music: logprob, sampler and continue. */
export function rollFiles(
  model: RollModel,
  { low = 21, columns = `column 0 is MIDI pitch ${low}` }: RollFileOptions = {},
): Readonly<Record<string, ExportFile>> {
  const X = `piano rolls, 1 where a pitch sounds; ${columns}`;
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
  const shapeOf = ({ n, steps }: Sizes): Shape => [n!, steps!, model.pitches];
  const continuing = (sizes: Sizes): Record<string, BatchField> => ({
    x: shapeOf(sizes),
    known: { shape: [sizes["n"]!], dtype: "i32" },
    seed: INTEGER,
  });
  const scopeOf = ({ seed }: Feeds): Scope => traceScope("eval", keyFromSeed(seed!.cast("u64")));
  const beginning = (feeds: Feeds): Omit<RollDraw, "steps"> => ({
    scope: scopeOf(feeds),
    given: { x: feeds["x"]!, known: feeds["known"]! },
  });
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
    sampler: {
      ...samplerFile(model, {
        samples: X,
        also: { steps: STEPS },
        draw: ({ n, steps }, from) => model.sample(n, { scope: traceScope("eval", from), steps: steps! }),
      }),
      draws: {
        output: "samples",
        outside: (sizes) =>
          inference(model, { seed: INTEGER, n: INTEGER, steps: INTEGER, samples: shapeOf(sizes) }, (feeds: Feeds) => ({
            outside: model.outside(feeds["samples"]!, { scope: scopeOf(feeds) }),
          })),
      },
    },
    continue: {
      purpose: "pieces that go on from a beginning",
      trace: (sizes) =>
        inference(model, continuing(sizes), (feeds: Feeds) => ({
          continued: model.sample(sizes["n"]!, { ...beginning(feeds), steps: sizes["steps"]! }),
        })),
      draws: {
        output: "continued",
        outside: (sizes) =>
          inference(model, { ...continuing(sizes), continued: shapeOf(sizes) }, (feeds: Feeds) => ({
            outside: model.outside(feeds["continued"]!, beginning(feeds)),
          })),
      },
      symbols,
      describe: {
        x: `${X}; steps that are not given may hold anything`,
        known: "how many steps of each piece are given",
        continued: X,
      },
      example: (sizes) => ({
        ...rolls(sizes),
        known: ndarray(new Array<number>(sizes["n"]!).fill(1), [sizes["n"]!], "i32"),
        seed: ndarray([7n], [], "i64"),
      }),
    },
  };
}
