/** @file Whether a model draws the rows that it learned from: distances to the nearest of them, beside those of unseen rows. */
import { GenError, key as keyOf, split } from "@gen/core";
import { bootstrap, bootstrapMean, quantile, type BootstrapOptions, type Estimate } from "./estimate.js";
import { neighbours } from "./pairs.js";
import { checkWidths, gather } from "./points.js";
import type { Multiply } from "./products.js";
import { apart, Ranks } from "./ranks.js";
import type { Source } from "./source.js";

export interface MemorisationSets {
  /** Rows [N, …] that a model drew. */
  readonly generated: Source;
  /** Rows that it learned from: all of them, as the one that was copied may be any. */
  readonly train: Source;
  /** Rows that it never saw. */
  readonly test: Source;
}

export interface MemorisationOptions extends BootstrapOptions {
  /** A sample counts as a copy if it is nearer to a training row than this share of the unseen rows are. @default 0.01 */
  readonly share?: number;
  /** Rows of `generated` and `test` that are kept, a random sample of a longer one. @default 10_000 */
  readonly limit?: number;
  /** @default plain loops */
  readonly multiply?: Multiply;
}

export interface Memorisation {
  /** Share of the samples that are copies; of unseen rows it is `share`, so more than that is memorisation. */
  readonly copied: Estimate;
  /** Probability that a sample is nearer to its nearest training row than an unseen row is to its own: ½ for new draws. */
  readonly nearer: Estimate;
  /** Distances to the nearest training row: the median of the samples, and of the unseen rows. */
  readonly distance: { readonly generated: number; readonly test: number };
  /** The samples that are nearest to a training row, the nearest first: which they are, and of which row. */
  readonly nearest: readonly { readonly generated: number; readonly train: number; readonly distance: number }[];
}

/** Pairs that are named. */
const NAMED = 16;

/**
 * With d(x) the distance of x to the nearest training row:
 *
 *     copied = P(d(generated) < q),  q the quantile of d(test) at `share`
 *     nearer = P(d(generated) < d(test)) + ½ P(equal)
 *
 * A model whose samples are blurred, or of few kinds, is nearer to its training rows than new data are, without copying any:
 * look at the pairs. The intervals resample samples, and unseen rows for `nearer`.
 *
 * @throws GenError `data` for too few rows, `shape` for rows of different widths, `range` for a share outside (0, 1)
 * @see Meehan, Chaudhuri & Dasgupta 2020, arXiv:2004.05675, for the test behind `nearer`
 */
export async function memorisation(
  { generated, train, test }: MemorisationSets,
  { share = 0.01, limit = 10_000, multiply, ...options }: MemorisationOptions = {},
): Promise<Memorisation> {
  if (!(share > 0 && share < 1)) throw new GenError("range", `memorisation: expected a share in (0, 1), got ${share}`);
  const from = options.key ?? keyOf(0);
  const need = (set: string, child: number, rows?: number) =>
    ({ where: `memorisation: ${set}`, least: 2, limit: rows, key: split(from, child) }) as const;
  const learned = await gather(train, need("train", 0));
  const drawn = await gather(generated, need("generated", 1, limit));
  const unseen = await gather(test, need("test", 2, limit));
  checkWidths("memorisation", learned, drawn);
  checkWidths("memorisation", learned, unseen);
  const ofDrawn = await neighbours(drawn, { k: 1, of: learned, multiply });
  const distance = ofDrawn.squared.map(Math.sqrt);
  const reference = (await neighbours(unseen, { k: 1, of: learned, multiply })).squared.map(Math.sqrt);
  const sorted = { generated: distance.slice().sort(), test: reference.slice().sort() };
  const q = quantile(sorted.test, share);
  const by = [...distance.keys()].sort((i, j) => distance[i]! - distance[j]!).slice(0, NAMED);
  const ranks = new Ranks([...distance, ...reference]);
  const resampling = { ...options, key: split(from, 3) };
  return {
    copied: bootstrapMean(
      distance.map((d) => (d < q ? 1 : 0)),
      resampling,
    ),
    nearer: bootstrap([drawn.n, unseen.n], (a, b) => ranks.shareBelow(...apart(a, b)), resampling),
    distance: { generated: quantile(sorted.generated, 0.5), test: quantile(sorted.test, 0.5) },
    nearest: by.map((i) => ({ generated: i, train: ofDrawn.indices[i]!, distance: distance[i]! })),
  };
}
