/**
 * @file The layers of an encoder–decoder, with norms before their parts: an encoder's sees the whole source, a decoder's
 * what was written so far and the source. Vaswani et al. 2017, "Attention is all you need", §3.1. arXiv:1706.03762
 */
import { normalInit, type Scope, type Tensor } from "@gen/core";
import { Dropout, FeedForward, LayerNorm, MultiHeadAttention, type KeyValues, type WeightInit } from "@gen/core/nn";

export interface LayerOptions {
  readonly features: number;
  readonly heads: number;
  /** Longest sequence, for positions. */
  readonly length: number;
  readonly hidden: number;
  readonly dropout: number;
}

const init: WeightInit = ({ fanIn }) => normalInit({ std: 1 / Math.sqrt(fanIn) });

/** x ← x + A(N₁(x))      x ← x + F(N₂(x)) */
export class EncoderLayer {
  readonly attentionNorm: LayerNorm;
  readonly attention: MultiHeadAttention;
  readonly feedForwardNorm: LayerNorm;
  readonly feedForward: FeedForward;
  readonly #dropout: Dropout;

  constructor({ features, heads, length, hidden, dropout }: LayerOptions) {
    this.attentionNorm = new LayerNorm({ features });
    this.attention = new MultiHeadAttention({ features, heads, rotary: { length }, init });
    this.feedForwardNorm = new LayerNorm({ features });
    this.feedForward = new FeedForward({ features, hidden, activation: "relu", init });
    this.#dropout = new Dropout({ rate: dropout });
  }

  /** @param x [N, S, C] @param keyMask bool [N, S], which places there are */
  forward(x: Tensor, keyMask: Tensor, scope: Scope): Tensor {
    const drop = (y: Tensor): Tensor => this.#dropout.forward(y, scope);
    const h = x.add(drop(this.attention.forward(this.attentionNorm.forward(x), scope, { keyMask })));
    return h.add(drop(this.feedForward.forward(this.feedForwardNorm.forward(h), scope)));
  }
}

/** What a decoder reads besides its own words. */
export interface Source {
  /** [N, S, C] */
  readonly context: Tensor;
  /** bool [N, S] */
  readonly keyMask: Tensor;
}

/** x ← x + A(N₁(x))      x ← x + R(N₂(x), source)      x ← x + F(N₃(x)) */
export class DecoderLayer {
  readonly attentionNorm: LayerNorm;
  readonly attention: MultiHeadAttention;
  readonly readingNorm: LayerNorm;
  /** Attention to the source. */
  readonly reading: MultiHeadAttention;
  readonly feedForwardNorm: LayerNorm;
  readonly feedForward: FeedForward;
  readonly #dropout: Dropout;

  constructor({ features, heads, length, hidden, dropout }: LayerOptions) {
    this.attentionNorm = new LayerNorm({ features });
    this.attention = new MultiHeadAttention({ features, heads, causal: true, rotary: { length }, init });
    this.readingNorm = new LayerNorm({ features });
    this.reading = new MultiHeadAttention({ features, heads, init });
    this.feedForwardNorm = new LayerNorm({ features });
    this.feedForward = new FeedForward({ features, hidden, activation: "relu", init });
    this.#dropout = new Dropout({ rate: dropout });
  }

  /** @param x [N, T, C] */
  forward(x: Tensor, source: Source, scope: Scope): Tensor {
    const drop = (y: Tensor): Tensor => this.#dropout.forward(y, scope);
    const h = x.add(drop(this.attention.forward(this.attentionNorm.forward(x), scope)));
    return this.#rest(h, source, drop);
  }

  /** One place, x [N, 1, C], after those in the cache. */
  step(
    x: Tensor,
    source: Source,
    { cache, start }: { readonly cache: KeyValues; readonly start: Tensor },
  ): { x: Tensor } & KeyValues {
    const { y, keys, values } = this.attention.extend(this.attentionNorm.forward(x), cache, { start });
    return { x: this.#rest(x.add(y), source, (v) => v), keys, values };
  }

  #rest(h: Tensor, { context, keyMask }: Source, drop: (y: Tensor) => Tensor): Tensor {
    const read = this.reading.forward(this.readingNorm.forward(h), undefined, { context, keyMask });
    const r = h.add(drop(read));
    return r.add(drop(this.feedForward.forward(this.feedForwardNorm.forward(r))));
  }
}
