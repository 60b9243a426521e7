/** @file What a model of rows of numbers offers, whatever factors it is made of; and what one does with it, as programs. */
import {
  full,
  GenError,
  inference,
  iota,
  key,
  keyFromSeed,
  ndarray,
  samplerFile,
  showShape,
  sizeOf,
  traceScope,
  uniformDraws,
  type BatchField,
  type ExportFile,
  type NdArray,
  type Program,
  type Scope,
  type Shape,
  type Sizes,
  type Tensor,
} from "@gen/core";

/** An exact probability (or density) of rows by the chain rule. Its parameters are its public fields. */
export interface VectorModel {
  /** D: numbers in a row. */
  readonly dims: number;
  /** What a row is, for the card of an exported model. */
  readonly about: string;
  /** log p(x) of each row, in nats. @param x [N, D] @returns [N] */
  logProb(x: Tensor, scope: Scope): Tensor;
  /** −log p(x), mean over rows, in nats: what is minimised. */
  loss(x: Tensor, scope: Scope): Tensor;
  /** Rows drawn anew, or of which the first numbers are given. @returns [n, D] */
  sample(n: number, draw: VectorDraw): Tensor;
  /**
   * How far the uniform numbers of a draw under the same scope lie outside of those of which each number of x is made, given
   * those before it, and of numbers that are given how far x is from them. For x of `sample` it is what rounding is worth.
   *
   * @returns [n, D]
   */
  outside(x: Tensor, draw: VectorDraw): Tensor;
}

export interface VectorDraw {
  readonly scope: Scope;
  /** [n, D]: rows whose first numbers are given, and how many of each, [n] i32. */
  readonly given?: { readonly x: Tensor; readonly known: Tensor } | undefined;
}

export interface VectorRows {
  /** Rows in a batch. */
  readonly n: number;
  /** How a row lies where it comes in and goes out: of pictures [C, H, W], as many numbers as the model has. @default [D] */
  readonly shape?: Shape;
  /** How numbers are given; bytes are intensities from 0 to 255. @default "f32" */
  readonly dtype?: "u8" | "f32";
}

/** The fields that feed a program of this model. */
export function vectorFields(model: VectorModel, { n, shape = [model.dims], dtype = "f32" }: VectorRows): VectorFields {
  if (sizeOf(shape) !== model.dims)
    throw new GenError("shape", `vectorFields: expected rows of ${model.dims} numbers, got ${showShape(shape)}`);
  return { x: { shape: [n, ...shape], dtype } };
}

/** Of rows as they are given: [N, …] u8 or f32 → [N, D] f32 */
export function flatRows(x: Tensor): Tensor {
  const rows = x.rank === 2 ? x : x.flatten();
  return rows.dtype === "u8" ? rows.cast("f32").mul(1 / 255) : rows;
}

/** Of what lies outside of its part [n, D], for numbers that were drawn; for those that are given, how far x is from them. */
export function outsideOrApart(outside: Tensor, x: Tensor, given: VectorDraw["given"]): Tensor {
  if (given === undefined) return outside;
  return given.known.unsqueeze(1).lessEqual(iota(x.shape[1]!, "i32")).where(outside, x.sub(given.x).abs());
}

type VectorFields = { readonly x: { readonly shape: Shape; readonly dtype: "u8" | "f32" } };

/** log p(x) of each row. Feeds x. @returns outputs nats [n] = −log p(x), logProb [n], bitsPerDim [n] = nats / (D ln 2) */
export function vectorNats(model: VectorModel, rows: VectorRows): Program {
  return inference(model, vectorFields(model, rows), ({ x }, scope) => {
    const logProb = model.logProb(flatRows(x), scope);
    const nats = logProb.neg();
    return { nats, logProb, bitsPerDim: nats.mul(1 / (model.dims * Math.LN2)) };
  });
}

/** New rows. @returns output samples [n, …shape] */
export function sampleVectors(model: VectorModel, { n, shape = [model.dims] }: VectorRows): Program {
  return inference(model, {}, (_, scope) => ({ samples: model.sample(n, { scope }).reshape([n, ...shape]) }));
}

/**
 * Draws the rest of rows whose first numbers are given. Feeds x f32, whose other numbers may hold anything, and known [n] i32:
 * how many count, from the first.
 *
 * @returns output completed [n, …shape]
 */
export function completeVectors(model: VectorModel, { n, shape = [model.dims] }: VectorRows): Program {
  const fields = { ...vectorFields(model, { n, shape }), known: { shape: [n], dtype: "i32" as const } };
  return inference(model, fields, ({ x, known }, scope) => ({
    completed: model.sample(n, { scope, given: { x: flatRows(x), known } }).reshape([n, ...shape]),
  }));
}

const INTEGER = { shape: [], dtype: "i64" } as const;

type Feeds = Readonly<Record<string, Tensor>>;

/** Whether log p(x) draws noise, between the levels of a codec. */
function draws(model: VectorModel): boolean {
  const scope = traceScope("eval");
  model.logProb(full([1, model.dims], 1), scope);
  return scope.key !== undefined;
}

/** The files of a model of rows: logprob, sampler and complete. */
export function vectorFiles(
  model: VectorModel,
  { shape = [model.dims] }: Pick<VectorRows, "shape"> = {},
): Readonly<Record<string, ExportFile>> {
  const symbols = { n: { from: "dim", input: "x", axis: 0 } } as const;
  const isNoisy = draws(model);
  const rows = ({ n }: Sizes): Record<string, NdArray> => ({ x: exampleRows(n!, shape) });
  const completing = (n: number): Record<string, BatchField> => ({
    ...vectorFields(model, { n, shape }),
    known: { shape: [n], dtype: "i32" },
    seed: INTEGER,
  });
  const drawOf = ({ seed, x, known }: Feeds): VectorDraw => ({
    scope: traceScope("eval", keyFromSeed(seed!.cast("u64"))),
    given: x && { x: flatRows(x), known: known! },
  });
  /** Noise between the levels of a codec hides what was drawn: then the values are compared. */
  const held = (output: string, fields: (n: number) => Record<string, BatchField>): Pick<ExportFile, "draws"> =>
    isNoisy
      ? {}
      : {
          draws: {
            output,
            outside: ({ n }) =>
              inference(model, fields(n!), (feeds: Feeds) => ({
                outside: model.outside(flatRows(feeds[output]!), drawOf(feeds)),
              })),
          },
        };
  return {
    logprob: {
      purpose: isNoisy ? "log p(x) of rows, exact but for the noise between levels" : "log p(x) of rows, exact",
      trace: ({ n }) =>
        inference(
          model,
          { ...vectorFields(model, { n: n!, shape }), ...(isNoisy && { seed: INTEGER }) },
          ({ x, seed }: Feeds) => {
            const scope = traceScope("eval", seed && keyFromSeed(seed.cast("u64")));
            return { logprob: model.logProb(flatRows(x!), scope) };
          },
        ),
      symbols,
      describe: { x: model.about, logprob: "log p(x) of each row, in nats" },
      example: (sizes) => ({ ...rows(sizes), ...(isNoisy && { seed: ndarray([7n], [], "i64") }) }),
    },
    sampler: {
      ...samplerFile(model, {
        samples: model.about,
        draw: ({ n }, from) => model.sample(n, { scope: traceScope("eval", from) }).reshape([n, ...shape]),
      }),
      ...held("samples", (n) => ({ seed: INTEGER, n: INTEGER, samples: [n, ...shape] })),
    },
    complete: {
      purpose: "the rest of rows whose first numbers are given, drawn from what the model expects",
      trace: ({ n }) =>
        inference(model, completing(n!), (feeds: Feeds) => ({
          completed: model.sample(n!, drawOf(feeds)).reshape([n!, ...shape]),
        })),
      ...held("completed", (n) => ({ ...completing(n), completed: [n, ...shape] })),
      symbols,
      describe: {
        x: `${model.about}; numbers that are not given may hold anything`,
        known: "how many numbers of each row are given, from the first",
        completed: model.about,
      },
      example: (sizes) => ({
        ...rows(sizes),
        known: ndarray(new Array<number>(sizes["n"]!).fill(Math.floor(model.dims / 2)), [sizes["n"]!], "i32"),
        seed: ndarray([7n], [], "i64"),
      }),
    },
  };
}

/** Zeros and ones, which every model takes. */
function exampleRows(n: number, shape: Shape): NdArray {
  const whole = [n, ...shape];
  return ndarray(
    uniformDraws(key(11), sizeOf(whole)).map((u) => Math.round(u)),
    whole,
  );
}
