/** @file The files of an exported picture model: what each holds, and what goes in and comes out. */
import {
  inference,
  key,
  keyFromSeed,
  ndarray,
  traceScope,
  uniformDraws,
  type BatchField,
  type ExportFile,
  type NdArray,
  type Scope,
  type Sizes,
} from "@gen/core";
import type { PixelBatch, PixelDraw, PixelModel } from "./pixel-model.js";
import { labelField, pixelFields, type Feeds } from "./programs.js";

const INTEGER: BatchField = { shape: [], dtype: "i64" };
const X = "pictures, intensities in [0, 1]";

/** The files of a picture model: network, logprob, sampler and complete. */
export function pixelFiles(model: PixelModel): Readonly<Record<string, ExportFile>> {
  const symbols = { n: { from: "dim", input: "x", axis: 0 } } as const;
  const describe = { x: X, label: "class of each picture" };
  const places = model.shape[1]! * model.shape[2]!;
  const drawing = (n: number) => ({ seed: INTEGER, n: INTEGER, ...labelField(model, n) });
  const completing = (n: number) => ({
    ...pixelFields(model, { n }),
    known: { shape: [n], dtype: "i32" } satisfies BatchField,
    seed: INTEGER,
  });
  const scopeOf = ({ seed }: Feeds): Scope => traceScope("eval", keyFromSeed(seed!.cast("u64")));
  const completion = (feeds: Feeds): PixelDraw => ({
    scope: scopeOf(feeds),
    label: feeds["label"],
    given: { x: feeds["x"]!, known: feeds["known"]! },
  });
  const pictures = ({ n }: Sizes): Record<string, NdArray> => ({ x: pictureRows(model, n!), ...labels(model, n!) });
  return {
    network: {
      purpose: "what the model expects of each pixel, given those before it in raster order",
      trace: ({ n }) =>
        inference(model, pixelFields(model, { n: n! }), (batch: Feeds, scope) => ({
          params: model.params(batch as unknown as PixelBatch, scope),
        })),
      symbols,
      describe: { ...describe, params: model.law.about },
      example: pictures,
    },
    logprob: {
      purpose: "log p(x) of pictures, exact",
      trace: ({ n }) =>
        inference(model, pixelFields(model, { n: n! }), (batch: Feeds, scope) => ({
          logprob: model.logProb(batch as unknown as PixelBatch, scope),
        })),
      symbols,
      describe: { ...describe, logprob: "log p(x): log-probability of each picture, in nats" },
      example: pictures,
    },
    sampler: {
      purpose: "new pictures from a seed",
      trace: ({ n }) =>
        inference(model, drawing(n!), (feeds: Feeds) => ({
          samples: model.sample(n!, { scope: scopeOf(feeds), label: feeds["label"] }),
        })),
      draws: {
        output: "samples",
        outside: ({ n }) =>
          inference(model, { ...drawing(n!), samples: [n!, ...model.shape] }, (feeds: Feeds) => ({
            outside: model.outside(feeds["samples"]!, { scope: scopeOf(feeds), label: feeds["label"] }),
          })),
      },
      symbols: { n: { from: "input", name: "n" } },
      describe: { ...describe, n: "how many pictures", samples: X },
      example: ({ n }) => ({ seed: whole(7), n: whole(n!), ...labels(model, n!) }),
    },
    complete: {
      purpose: "the rest of pictures whose first pixels are given, drawn from what the model expects",
      trace: ({ n }) =>
        inference(model, completing(n!), (feeds: Feeds) => ({ completed: model.sample(n!, completion(feeds)) })),
      draws: {
        output: "completed",
        outside: ({ n }) =>
          inference(model, { ...completing(n!), completed: [n!, ...model.shape] }, (feeds: Feeds) => ({
            outside: model.outside(feeds["completed"]!, completion(feeds)),
          })),
      },
      symbols,
      describe: {
        ...describe,
        known: "how many pixels of each picture are given, row by row from the top; the others may hold anything",
        completed: X,
      },
      example: (sizes) => ({
        ...pictures(sizes),
        known: ndarray(new Array<number>(sizes["n"]!).fill(Math.floor(places / 2)), [sizes["n"]!], "i32"),
        seed: whole(7),
      }),
    },
  };
}

const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");

function pictureRows(model: PixelModel, n: number): NdArray {
  return ndarray(uniformDraws(key(11), n * model.dims), [n, ...model.shape]);
}

function labels(model: PixelModel, n: number): Record<string, NdArray> {
  if (model.classes === 0) return {};
  const values = Array.from({ length: n }, (_, i) => i % model.classes);
  return { label: ndarray(values, [n], "i32") };
}
