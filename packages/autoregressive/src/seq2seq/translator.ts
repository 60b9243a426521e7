/**
 * @file An encoder–decoder: a sequence of tokens into another one, p(y | x) = Π_t p(y_t | y_<t, x).
 * Vaswani et al. 2017, arXiv:1706.03762; with norms before the parts and rotary positions in each sequence.
 */
import {
  full,
  GenError,
  inference,
  normalInit,
  scalar,
  scan,
  showShape,
  type BatchField,
  type Program,
  type Scope,
  type Tensor,
} from "@gen/core";
import { Embedding, LayerNorm, Linear } from "@gen/core/nn";
import { tokenNats } from "../text/loss.js";
import { DecoderLayer, EncoderLayer, type Source } from "./layers.js";

export interface TranslatorOptions {
  /** Tokens of the source, with `pad` and `end` among them. */
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
  /** S: the longest source, its end included. */
  readonly sourceLength: number;
  /** T: the longest target, its end included. */
  readonly targetLength: number;
  /** @default 128 */
  readonly features?: number;
  /** @default 8 */
  readonly heads?: number;
  /** Of the encoder and of the decoder. @default 2 */
  readonly layers?: number;
  /** Width inside the feed-forward parts. @default 4 · features */
  readonly hidden?: number;
  /** @default 0 */
  readonly dropout?: number;
  /** Fills sequences up after their end, in both. @default 0 */
  readonly pad?: number;
  /** Ends sequences, and begins the target. @default 1 */
  readonly end?: number;
}

/** Pairs of sequences, each ended by `end` and filled up with `pad`. */
export interface PairBatch {
  /** i32 [N, S] */
  readonly source: Tensor;
  /** i32 [N, T] */
  readonly target: Tensor;
}

export class Translator {
  readonly sourceTokens: Embedding;
  readonly encoder: readonly EncoderLayer[];
  readonly encoderNorm: LayerNorm;
  readonly targetTokens: Embedding;
  readonly decoder: readonly DecoderLayer[];
  readonly decoderNorm: LayerNorm;
  readonly head: Linear;
  readonly #options: Required<TranslatorOptions>;

  /** @throws GenError `range` or `option`, naming the option */
  constructor(options: TranslatorOptions) {
    const { features = 128, heads = 8, layers = 2, dropout = 0, pad = 0, end = 1 } = options;
    const all = { features, heads, layers, dropout, pad, end, hidden: 4 * features, ...options };
    for (const name of ["sourceVocabulary", "targetVocabulary", "sourceLength", "targetLength", "layers"] as const) {
      if (!Number.isInteger(all[name]) || all[name] < 1)
        throw new GenError("range", `Translator: expected a whole ${name} ≥ 1, got ${all[name]}`);
    }
    if (pad === end)
      throw new GenError("option", `Translator: expected a pad that is not the end, got ${pad} for both`);
    const { sourceVocabulary, targetVocabulary, sourceLength, targetLength } = all;
    const init = () => normalInit({ std: 1 / Math.sqrt(features) });
    this.sourceTokens = new Embedding({ count: sourceVocabulary, features });
    this.encoder = Array.from({ length: layers }, () => new EncoderLayer({ ...all, length: sourceLength }));
    this.encoderNorm = new LayerNorm({ features });
    this.targetTokens = new Embedding({ count: targetVocabulary, features });
    this.decoder = Array.from({ length: layers }, () => new DecoderLayer({ ...all, length: targetLength }));
    this.decoderNorm = new LayerNorm({ features });
    this.head = new Linear({ inputs: features, outputs: targetVocabulary, init });
    this.#options = all;
  }

  /** What makes the same architecture again. */
  get options(): Required<TranslatorOptions> {
    return this.#options;
  }

  /** The fields of batches of n pairs. */
  fields(n: number): { source: BatchField; target: BatchField } {
    const { sourceLength, targetLength } = this.#options;
    return { source: { shape: [n, sourceLength], dtype: "i32" }, target: { shape: [n, targetLength], dtype: "i32" } };
  }

  /** Unnormalised log-probabilities of each token of the target, given those before it: [N, T, V]. */
  logits({ source, target }: PairBatch, scope: Scope): Tensor {
    const before = target.slice(1, 0, target.shape[1]! - 1).pad([0, 1], [0, 0], this.#options.end); // [N, T]
    const read = this.encode(source, scope);
    const h = this.decoder.reduce((x, layer) => layer.forward(x, read, scope), this.targetTokens.forward(before));
    return this.head.forward(this.decoderNorm.forward(h));
  }

  /** The mean of −log p(y_t | y_<t, x) over the tokens of the targets, ends included: a scalar, nats. */
  loss(batch: PairBatch, scope: Scope): Tensor {
    const { nats, counts } = this.#nats(batch, scope);
    return nats.sum().div(counts.sum().maximum(1));
  }

  /** −log p(y | x) of each pair: [N], nats. */
  nats(batch: PairBatch, scope: Scope): Tensor {
    return this.#nats(batch, scope).nats.sum(1);
  }

  encode(source: Tensor, scope: Scope): Source {
    const { sourceLength, pad } = this.#options;
    if (source.rank !== 2 || source.shape[1]! > sourceLength) {
      throw new GenError("shape", `Translator: expected sources [N, ${sourceLength}], got ${showShape(source.shape)}`);
    }
    const keyMask = source.notEqual(pad);
    const start = this.sourceTokens.forward(source); // [N, S, C]
    const h = this.encoder.reduce((x, layer) => layer.forward(x, keyMask, scope), start);
    return { context: this.encoderNorm.forward(h), keyMask };
  }

  /** The likeliest token at each place, one after the other, until the end; then `pad`. @returns i32 [N, T] */
  translate(source: Tensor, scope: Scope): Tensor {
    const { targetLength, pad, end } = this.#options;
    const n = source.shape[0]!;
    const read = this.encode(source, scope);
    const empty = this.decoder.flatMap(({ attention }) => {
      const cache = full(attention.cacheShape(n, targetLength), 0);
      return [cache, cache];
    });
    const carry = [full([n], end, "i32"), full([n], 0, "i32"), scalar(0, "i32"), ...empty];
    const { ys } = scan({ carry, length: targetLength }, ([token, isOver, t, ...caches]) => {
      const next: Tensor[] = [];
      let x = this.targetTokens.forward(token!.unsqueeze(1)); // [N, 1, C]
      this.decoder.forEach((layer, i) => {
        const cache = { keys: caches[2 * i]!, values: caches[2 * i + 1]! };
        const { keys, values, ...rest } = layer.step(x, read, { cache, start: t! });
        next.push(keys, values);
        x = rest.x;
      });
      const best = this.head.forward(this.decoderNorm.forward(x)).squeeze(1).argMax(-1); // [N]
      const written = isOver!.greater(0).where(full([n], pad, "i32"), best);
      const over = isOver!.maximum(written.equal(end).cast("i32"));
      return { carry: [written, over, t!.add(1), ...next], ys: [written] };
    });
    return ys[0]!.transpose(); // [N, T]
  }

  #nats(batch: PairBatch, scope: Scope): { nats: Tensor; counts: Tensor } {
    const counts = batch.target.notEqual(this.#options.pad).cast("f32"); // [N, T]
    return { nats: tokenNats(this.logits(batch, scope), batch.target).mul(counts), counts };
  }
}

/** Greedy translations. Feeds source [n, S]. @returns output target [n, T] */
export function translation(translator: Translator, { n }: { readonly n: number }): Program {
  const { source } = translator.fields(n);
  return inference(translator, { source }, (batch, scope) => ({ target: translator.translate(batch.source, scope) }));
}

/**
 * How pairs are met, for `evaluate`: outputs exact [n], 1 where the greedy translation is the target to the last token, and
 * nats [n], −log p(y | x).
 */
export function exactness(translator: Translator, { n }: { readonly n: number }): Program {
  return inference(translator, translator.fields(n), (batch, scope) => {
    const isSame = translator.translate(batch.source, scope).equal(batch.target).cast("f32"); // [n, T]
    return { exact: isSame.min(1), nats: translator.nats(batch, scope) };
  });
}
