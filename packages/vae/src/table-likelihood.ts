/**
 * @file The likelihood of rows of a table: each column by its kind. The codec makes numbers of about unit size of them.
 * Nazábal, Olmos, Ghahramani & Valera 2020, "Handling Incomplete Heterogeneous Data using VAEs". arXiv:1807.03653
 */
import { concat, full, GenError, logSoftmax, oneHot, showShape, softmax, splitKey, type Tensor } from "@gen/core";
import type { Block, Table } from "@gen/core/codec";
import { bernoulli, categorical, normal, type Distribution } from "@gen/core/prob";
import type { Likelihood } from "./likelihood.js";

/**
 * Numbers are normal with mean and spread from the decoder; categories, and flags of what is missing, are what they are:
 *
 *     log p(y|z) = Σ_numbers log N(y; μ, σ²) + Σ_flags log p + Σ_categories log softmax(l)_k
 *
 * With the codec's log-determinant this is log p(x|z) in the units of the columns. The noise that the codec adds to
 * categories and flags does not count: they are read through it.
 *
 *     const codec = await fitTable(rows, { columns, gaps: "mask" });
 *     const vae = new Vae({ shape: codec.input, codec, likelihood: tableLikelihood(codec) });
 */
export function tableLikelihood(codec: Table): Likelihood {
  const blocks = merged(codec.blocks);
  return {
    name: "table",
    width: 2,
    codec(shape) {
      if (showShape(shape) === showShape(codec.input)) return codec;
      throw new GenError(
        "shape",
        `tableLikelihood: expected rows ${showShape(codec.input)}, got a model of ${showShape(shape)}`,
        { fix: "let shape be the codec's input" },
      );
    },
    of(y, eventDims = 1) {
      const [first, second] = y.split([1, 1], 1) as [Tensor, Tensor];
      const parts = blocks.map((block) => ({
        ...block,
        law: PARTS[block.kind](of(first.squeeze(1), block), of(second.squeeze(1), block)),
      }));
      const join = (each: (law: Part, i: number) => Tensor): Tensor =>
        concat(
          parts.map(({ law }, i) => each(law, i)),
          1,
        );
      const elements = (x: Tensor): Tensor =>
        concat(
          parts.map(({ law, ...block }) => law.logProb(of(x, block))),
          1,
        );
      return {
        eventDims,
        mean: join(({ mean }) => mean), //                         [N, D]
        logProb: (x) => (eventDims === 0 ? elements(x) : elements(x).sum(1)),
        sample: (key) => join((law, i) => law.sample(splitKey(key, i))),
      };
    },
  };
}

/** Columns of [N, D]. */
const of = (rows: Tensor, { start, end }: Pick<Block, "start" | "end">): Tensor => rows.slice(1, start, end);

/** Log-probabilities of elements [N, width]; those of a choice stand at its first one. */
type Part = Pick<Distribution, "mean" | "logProb" | "sample">;

const PARTS: Readonly<Record<Block["kind"], (a: Tensor, b: Tensor) => Part>> = {
  number: (mean, logStd) => normal({ mean, logStd: logStd.clip(-7, 3) }),
  flag: (logits) => {
    const law = bernoulli({ logits });
    return { ...law, logProb: (y) => law.logProb(y.greater(0.5).cast(y.dtype)) };
  },
  "one of": (logits) => {
    const [n, width] = logits.shape as [number, number];
    const rest = full([n, width - 1], 0, logits.dtype);
    const choice = (y: Tensor): Tensor => oneHot(y.argMax(1), width, logits.dtype);
    return {
      mean: softmax(logits),
      logProb: (y) => concat([choice(y).mul(logSoftmax(logits)).sum(1, { keepDims: true }), rest], 1),
      sample: (key) => oneHot(categorical({ logits }).sample(key), width, logits.dtype),
    };
  },
};

/** Numbers side by side are one block, as are flags. */
function merged(blocks: readonly Block[]): Block[] {
  const found: Block[] = [];
  for (const block of blocks) {
    const before = found.at(-1);
    if (before?.kind === block.kind && block.kind !== "one of") found[found.length - 1] = { ...before, end: block.end };
    else found.push(block);
  }
  return found;
}
