/** @file What a model of rows of numbers offers, whatever factors it is made of; and what one does with it, as programs. */
import {
  inference,
  key,
  ndarray,
  samplerFile,
  traceScope,
  uniformDraws,
  type ExportFile,
  type NdArray,
  type Program,
  type Scope,
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
  /** @returns [n, D] */
  sample(n: number, scope: Scope): Tensor;
}

/** log p(x) of each row. Feeds x [n, D]. @returns outputs nats [n] = −log p(x), logProb [n] */
export function vectorNats(model: VectorModel, { n }: { readonly n: number }): Program {
  return inference(model, { x: [n, model.dims] }, ({ x }, scope) => {
    const logProb = model.logProb(x, scope);
    return { nats: logProb.neg(), logProb };
  });
}

/** New rows. @returns output samples [n, D] */
export function sampleVectors(model: VectorModel, { n }: { readonly n: number }): Program {
  return inference(model, {}, (_, scope) => ({ samples: model.sample(n, scope) }));
}

/** The files of a model of rows: logprob and sampler. */
export function vectorFiles(model: VectorModel): Readonly<Record<string, ExportFile>> {
  return {
    logprob: {
      purpose: "log p(x) of rows, exact",
      trace: ({ n }) =>
        inference(model, { x: [n!, model.dims] }, ({ x }, scope) => ({ logprob: model.logProb(x, scope) })),
      symbols: { n: { from: "dim", input: "x", axis: 0 } },
      describe: { x: model.about, logprob: "log p(x) of each row, in nats" },
      example: ({ n }) => ({ x: exampleRows(model, n!) }),
    },
    sampler: samplerFile(model, {
      samples: model.about,
      draw: ({ n }, from) => model.sample(n, traceScope("eval", from)),
    }),
  };
}

/** Zeros and ones, which every model takes. */
function exampleRows({ dims }: VectorModel, n: number): NdArray {
  return ndarray(
    uniformDraws(key(11), n * dims).map((u) => Math.round(u)),
    [n, dims],
  );
}
