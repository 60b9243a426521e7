/**
 * @file The block of a GPT: attention to what came before, then a map of each position, each added to the stream.
 * Post-norm: Radford, Narasimhan, Salimans & Sutskever 2018, "Improving Language Understanding by Generative
 * Pre-Training", §4.1; pre-norm: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", §2.3.
 */
import { normalInit, type Scope, type Tensor } from "@gen/core";
import {
  Dropout,
  FeedForward,
  GatedFeedForward,
  LayerNorm,
  MultiHeadAttention,
  RmsNorm,
  type AppendOptions,
  type ExtendOptions,
  type KeyValues,
  type WeightInit,
} from "@gen/core/nn";
import type { GptOptions } from "./options.js";

/** Standard deviation of weights at the start; of those that write to the stream, so much less that their sum stays. */
export const INIT_STD = 0.02;

export function normOf({ features, norm = "layer", epsilon = 1e-5 }: GptOptions): LayerNorm | RmsNorm {
  return norm === "layer" ? new LayerNorm({ features, epsilon }) : new RmsNorm({ features, epsilon });
}

/**
 * One block:
 *
 *     pre-norm     x ← x + A(N₁(x))      x ← x + F(N₂(x))
 *     post-norm    x ← N₁(x + A(x))      x ← N₂(x + F(x))
 */
export class Block {
  readonly attention: MultiHeadAttention;
  readonly feedForward: FeedForward | GatedFeedForward;
  readonly attentionNorm: LayerNorm | RmsNorm;
  readonly feedForwardNorm: LayerNorm | RmsNorm;
  readonly #isPre: boolean;
  readonly #dropout: Dropout;

  constructor(options: GptOptions) {
    const { features, heads, layers, context, window, hidden, rotaryBase: base, rotaryScaling: scaling } = options;
    const { normPlace = "pre", positions = "learned", feedForward = "gelu", bias = true } = options;
    const init: WeightInit = () => normalInit({ std: INIT_STD });
    const lastInit: WeightInit = () => normalInit({ std: INIT_STD / Math.sqrt(2 * layers) });
    this.attention = new MultiHeadAttention({
      features,
      heads,
      keyHeads: options.keyHeads ?? heads,
      headFeatures: options.headFeatures ?? features / heads,
      causal: true,
      ...(window === undefined ? {} : { window }),
      ...(positions === "rotary"
        ? {
            rotary: {
              length: context,
              ...(base === undefined ? {} : { base }),
              ...(scaling === undefined ? {} : { scaling }),
            },
          }
        : {}),
      normalise: options.queryKeyNorm ?? false,
      dropout: options.attentionDropout ?? 0,
      bias,
      init,
      lastInit,
    });
    const shared = { features, ...(hidden === undefined ? {} : { hidden }), bias, init, lastInit };
    this.feedForward =
      feedForward === "swiglu" ? new GatedFeedForward(shared) : new FeedForward({ ...shared, activation: feedForward });
    this.attentionNorm = normOf(options);
    this.feedForwardNorm = normOf(options);
    this.#isPre = normPlace === "pre";
    this.#dropout = new Dropout({ rate: options.dropout ?? 0 });
  }

  /** @param x [N, T, C] @param bias added to the scores of attention, [N, 1, T, T] @returns [N, T, C] */
  forward(x: Tensor, scope: Scope, bias?: Tensor): Tensor {
    const read = (h: Tensor): Tensor =>
      this.#dropout.forward(this.attention.forward(h, scope, bias === undefined ? {} : { bias }), scope);
    return this.#mapped(this.#added(x, read), (h) => this.#dropout.forward(this.feedForward.forward(h, scope), scope));
  }

  /** After what a memory of fixed length holds. */
  extend(x: Tensor, cache: KeyValues, at: ExtendOptions): { x: Tensor } & KeyValues {
    return this.#after(x, (h) => this.attention.extend(h, cache, at));
  }

  /** After what a memory holds that grows. */
  append(x: Tensor, cache: KeyValues, at: AppendOptions): { x: Tensor } & KeyValues {
    return this.#after(x, (h) => this.attention.append(h, cache, at));
  }

  #after(x: Tensor, attend: (h: Tensor) => { y: Tensor } & KeyValues): { x: Tensor } & KeyValues {
    const { y, keys, values } = attend(this.#isPre ? this.attentionNorm.forward(x) : x);
    const added = this.#added(x, () => y);
    return { x: this.#mapped(added, (h) => this.feedForward.forward(h)), keys, values };
  }

  #added(x: Tensor, part: (h: Tensor) => Tensor): Tensor {
    return this.#isPre ? x.add(part(this.attentionNorm.forward(x))) : this.attentionNorm.forward(x.add(part(x)));
  }

  #mapped(x: Tensor, part: (h: Tensor) => Tensor): Tensor {
    return this.#isPre ? x.add(part(this.feedForwardNorm.forward(x))) : this.feedForwardNorm.forward(x.add(part(x)));
  }
}
