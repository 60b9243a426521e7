/** @file Scaled dot-product attention: full, causal, through a sliding window, across sequences, over a cache. */
import { GenError } from "../error.js";
import { showShape } from "../shape.js";
import { softmax } from "../tensor/math.js";
import { concat, iota, type Tensor } from "../tensor/tensor.js";

export interface AttentionOptions {
  /** [N, H, T, D] */
  readonly query: Tensor;
  /** [N, G, S, D]: H/G heads of queries share each head of keys. Or parts of it, one after the other along S. */
  readonly key: Tensor | readonly Tensor[];
  /** [N, G, S, E], or parts of it as long as those of the keys. */
  readonly value: Tensor | readonly Tensor[];
  /** A query sees the keys at its own position and before. @default false */
  readonly causal?: boolean;
  /** Of those it sees only the last so many, its own position included. Needs `causal`. @default all */
  readonly window?: number;
  /** Where the queries stand: i32 [T] or [N, T]. @default S − T … S − 1: the last of the keys' positions */
  readonly positions?: Tensor;
  /** Where the keys stand: i32 [S] or [N, S]; −1 for one that is not there (yet). @default 0 … S − 1 */
  readonly keyPositions?: Tensor;
  /** Which keys there are: bool [N, S]. @default all */
  readonly keyMask?: Tensor;
  /** Added to the scores; broadcasts to [N, H, T, S]. */
  readonly bias?: Tensor;
  /** @default 1/√D */
  readonly scale?: number;
  /** Done to the weights [N, H, T, S] before the values are read by them, as dropout. */
  readonly onWeights?: (weights: Tensor) => Tensor;
}

/** Added to the score of what must not be seen: e^(−1e9) is 0, and where nothing is seen all weigh the same. */
const HIDDEN = -1e9;

/**
 * Each query reads the values by how well their keys match it:
 *
 *     y = softmax(q·kᵀ / √D + mask)·v        over the keys
 *
 * With `causal`, `positions` and `keyPositions` this is also a step of decoding over a cache of fixed length: the keys
 * beyond the query's position are not seen, whatever they hold.
 *
 * @returns [N, H, T, E]
 * @throws GenError `shape` for heads that do not share evenly or extents that differ, `option` for a window that is
 * below 1 or without `causal`
 * @see Vaswani et al. 2017, "Attention is all you need", eq. 1. arXiv:1706.03762; shared keys: Ainslie et al. 2023,
 * "GQA", arXiv:2305.13245; window: Beltagy, Peters & Cohan 2020, "Longformer", arXiv:2004.05150
 */
export function attention(options: AttentionOptions): Tensor {
  const { query } = options;
  const [keys, values] = [partsOf(options.key), partsOf(options.value)];
  const lengths = keys.map(({ shape }) => shape[2]!);
  const s = lengths.reduce((a, b) => a + b, 0);
  check(options, { keys, values, s });
  const [n, heads, t, d] = query.shape as [number, number, number, number];
  const groups = keys[0]!.shape[1]!;
  const together = [n, groups, (heads / groups) * t]; // the queries that share a head of keys, one below the other
  const rows = query.mul(options.scale ?? 1 / Math.sqrt(d)).reshape([...together, -1]);
  const scores = concat(keys.map((key) => rows.matmul(key.transpose()))).reshape([n, heads, t, s]);
  const hidden = hiddenScores(options, s);
  const masked = hidden === undefined ? scores : scores.add(hidden); //           [N, H, T, S]
  const all = softmax(options.bias === undefined ? masked : masked.add(options.bias));
  const weights = (options.onWeights?.(all) ?? all).reshape([...together, s]);
  const shares = values.length === 1 ? [weights] : weights.split(lengths, -1);
  const y = shares.map((share, i) => share.matmul(values[i]!)).reduce((a, b) => a.add(b)); // [N, G, H/G · T, E]
  return y.reshape([n, heads, t, -1]);
}

const partsOf = (x: Tensor | readonly Tensor[]): readonly Tensor[] => ("node" in x ? [x] : x);

/** What is added to the scores so that only some keys are seen: [T, S] or [N, 1, T or 1, S]. */
function hiddenScores({ query, causal = false, window, ...rest }: AttentionOptions, s: number): Tensor | undefined {
  const t = query.shape[2]!;
  const { keyMask, keyPositions } = rest;
  const seen: Tensor[] = [];
  const at = keyPositions === undefined ? iota(s, "i32") : across(keyPositions, 2); //             […, 1, S]
  if (causal) {
    const positions =
      rest.positions === undefined
        ? iota(t, "i32")
            .add(s - t)
            .unsqueeze(-1)
        : across(rest.positions, 3);
    seen.push(at.lessEqual(positions)); //                                                        […, T, S]
    if (window !== undefined) seen.push(at.greater(positions.sub(window)));
  }
  if (keyPositions !== undefined) seen.push(at.greaterEqual(0));
  if (keyMask !== undefined) seen.push(across(keyMask, 2));
  if (seen.length === 0) return undefined;
  return seen
    .reduce((a, b) => a.and(b))
    .not()
    .cast(query.dtype)
    .mul(HIDDEN);
}

/** [L] or [N, L] beside scores [N, H, T, S], as axis 2 or 3 left to stretch: for the keys 2, for the queries 3. */
function across(v: Tensor, stretched: 2 | 3): Tensor {
  const row = v.unsqueeze(stretched === 2 ? v.rank - 1 : v.rank);
  return v.rank === 1 ? row : row.unsqueeze(1);
}

function check(
  { query, causal = false, window, positions, keyPositions, keyMask }: AttentionOptions,
  { keys, values, s }: { keys: readonly Tensor[]; values: readonly Tensor[]; s: number },
): void {
  const all = [query, ...keys, ...values];
  const groups = keys[0]?.shape[1];
  const fits =
    groups !== undefined &&
    keys.length === values.length &&
    all.every(({ rank, shape }) => rank === 4 && shape[0] === query.shape[0]) &&
    [...keys, ...values].every(({ shape }) => shape[1] === groups) &&
    keys.every(({ shape }, i) => shape[2] === values[i]!.shape[2] && shape[3] === query.shape[3]) &&
    query.shape[1]! % groups === 0;
  if (!fits) {
    const got = all.map(({ shape }) => showShape(shape)).join(", ");
    throw new GenError(
      "shape",
      `attention: expected [N, H, T, D], [N, G, S, D] and [N, G, S, E], G dividing H, got ${got}`,
    );
  }
  if (window !== undefined && (!causal || !Number.isInteger(window) || window < 1)) {
    throw new GenError("option", `attention: expected a window ≥ 1 beside causal, got ${window}`);
  }
  if (positions !== undefined && !causal) {
    throw new GenError(
      "option",
      "attention: expected positions of the queries beside causal only, got some without it",
    );
  }
  const [n, , t] = query.shape;
  const lists = [
    ["positions", positions, t, "i32"],
    ["keyPositions", keyPositions, s, "i32"],
    ["keyMask", keyMask, s, "bool"],
  ] as const;
  for (const [name, list, length, dtype] of lists) {
    if (list === undefined) continue;
    const isRow = list.rank === 1 ? name !== "keyMask" : list.rank === 2 && list.shape[0] === n;
    if (list.dtype !== dtype || !isRow || list.shape.at(-1) !== length) {
      throw new GenError("shape", `attention: expected ${dtype}[${n}, ${length}] as ${name}, got ${list.toString()}`);
    }
  }
}

/**
 * Rows put in the place of others in a cache of fixed length, at positions from `start` on:
 *
 *     cache'[…, start + i, :] = rows[…, i, :]
 *
 * @param cache [… S, D], the rows on its last axis but one
 * @param rows [… T, D]
 * @param start i32 scalar, 0 ≤ start ≤ S − T; rows that would lie outside are left out
 * @returns [… S, D]
 */
export function writeRows(cache: Tensor, rows: Tensor, start: Tensor): Tensor {
  const [s, t] = [cache.shape.at(-2)!, rows.shape.at(-2)!];
  if (cache.rank !== rows.rank || t > s || start.dtype !== "i32" || start.rank !== 0) {
    throw new GenError(
      "shape",
      `writeRows: expected [… S, D], [… T, D] with T ≤ S and an i32 scalar, got ${cache.toString()}, ${rows.toString()} and ${start.toString()}`,
    );
  }
  const place = iota(s, "i32").sub(start); //                              [S]: which row belongs here
  const isNew = place.greaterEqual(0).and(place.less(t)).unsqueeze(-1); // [S, 1]
  const spread = t === 1 ? rows : rows.gather(place.maximum(0).minimum(t - 1), rows.rank - 2); // [… S or 1, D]
  return isNew.where(spread, cache);
}
