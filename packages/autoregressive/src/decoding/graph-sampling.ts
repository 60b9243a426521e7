/** @file The options that a loop inside a graph honours, in nodes: the same distributions as `sampling.ts`, in f32. */
import { softmax, type Tensor } from "@gen/core";
import { argTopK, isTopK, isTopP, putAlong, takeAlong } from "@gen/core/nn";
import { categorical } from "@gen/core/prob";
import type { Sampling } from "./sampling.js";

/** Added to a logit that must not be drawn. */
const HIDDEN = -1e9;

/** How often tokens came: f32 [N, V] each. */
export interface Counts {
  /** In the prompt and after it. */
  readonly seen: Tensor;
  /** After it. */
  readonly written: Tensor;
}

/** Whether these options need to know what came before. */
export function needsCounts({ repetitionPenalty, presencePenalty, frequencyPenalty }: Sampling): boolean {
  return repetitionPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0;
}

/** Logits [N, V] after penalties. */
export function penalised(logits: Tensor, sampling: Sampling, { seen, written }: Counts): Tensor {
  const { repetitionPenalty: r, presencePenalty, frequencyPenalty } = sampling;
  let l = logits;
  if (r !== 1) l = seen.greater(0).where(l.greater(0).where(l.mul(1 / r), l.mul(r)), l);
  if (presencePenalty !== 0) l = l.sub(written.greater(0).cast("f32").mul(presencePenalty));
  return frequencyPenalty === 0 ? l : l.sub(written.mul(frequencyPenalty));
}

/** One token for each row. @param l adjusted logits [N, V] @returns i32 [N] */
export function drawn(l: Tensor, sampling: Sampling, key: Tensor): Tensor {
  return sampling.greedy ? l.argMax(-1) : categorical({ logits: shaped(l, sampling) }).sample(key);
}

/** Logits [N, V] of what is drawn from: those that must not come have next to none. */
export function shaped(logits: Tensor, { temperature, topK, topP, minP, typicalP }: Sampling): Tensor {
  const n = logits.shape.at(-1)!;
  let l = temperature === 1 ? logits : logits.mul(1 / temperature);
  const keep = (isKept: Tensor): Tensor => isKept.where(l, HIDDEN);
  if (topK > 0 && topK < n) l = keep(isTopK(l, topK));
  if (topP < 1) l = keep(isTopP(l, topP));
  if (minP > 0) {
    const top = l.max(-1, { keepDims: true });
    l = keep(l.sub(top).greaterEqual(Math.log(minP)));
  }
  return typicalP < 1 ? keep(isTypical(l, typicalP)) : l;
}

/** True at the fewest tokens with a share together whose surprise is nearest its mean. */
function isTypical(l: Tensor, share: number): Tensor {
  const n = l.shape.at(-1)!;
  const p = softmax(l);
  const surprise = p.maximum(1e-30).log().neg();
  const mean = p.mul(surprise).sum(-1, { keepDims: true });
  const order = argTopK(surprise.sub(mean).abs().neg(), n);
  const before = takeAlong(p, order).cumSum(-1, { exclusive: true });
  return putAlong(before.less(share).cast("i32"), order, n).greater(0);
}
