/** @file Attention as a layer: heads, shared or not, with rotary positions and normalised queries and keys if asked for. */
import { GenError } from "../error.js";
import type { Scope } from "../program/scope.js";
import { showShape } from "../shape.js";
import { concat, iota, type Tensor } from "../tensor/tensor.js";
import { attention, writeRows, type AttentionOptions } from "./attention.js";
import { Dropout } from "./dropout.js";
import { torchUniform, type WeightInit } from "./init.js";
import type { Layer } from "./layer.js";
import { Linear } from "./linear.js";
import { RmsNorm } from "./norm.js";
import { RotaryPositions, type RotaryOptions } from "./positions.js";

export interface MultiHeadAttentionOptions {
  /** Extent of the last axis, in and out. */
  readonly features: number;
  /** H: heads of the queries. */
  readonly heads: number;
  /** G: heads of the keys and values, each shared by H/G queries' heads. @default heads */
  readonly keyHeads?: number;
  /** D: width of a head. @default features / heads */
  readonly headFeatures?: number;
  /** Extent of the last axis of the context that is read, if it is not the sequence itself. @default features */
  readonly contextFeatures?: number;
  /** A position sees itself and what is before it. @default false */
  readonly causal?: boolean;
  /** It sees only the last so many of those. Needs `causal`. @default all */
  readonly window?: number;
  /** Turns queries and keys by their positions 0 … length − 1. @default no positions */
  readonly rotary?: Omit<RotaryOptions, "features">;
  /** Normalises each head's queries and keys to a root mean square of 1 (times a learned scale). @default false */
  readonly normalise?: boolean;
  /** @default true */
  readonly bias?: boolean;
  /** Share of the weights of values that are left out in training. @default 0 */
  readonly dropout?: number;
  /** @default torchUniform */
  readonly init?: WeightInit;
  /** How the output's weight starts. @default init */
  readonly lastInit?: WeightInit;
}

/** What is read besides the sequence itself. */
export interface AttendOptions extends Pick<AttentionOptions, "keyMask" | "bias"> {
  /** Read instead of x: [N, S, contextFeatures]. */
  readonly context?: Tensor;
  /** Where x stands: i32 [T] or [N, T]. @default 0 … T − 1 */
  readonly positions?: Tensor;
}

/** Where some positions stand that are added to a cache. */
export interface ExtendOptions {
  /** i32 scalar: the place in the cache of the first of x; start + T ≤ length. */
  readonly start: Tensor;
  /** i32 [N]: so many places of each row's cache are blank; its positions are counted from there. @default 0 */
  readonly blank?: Tensor;
  /** What stands before the cache's first place, and is read only: a loop then writes to a small cache. @default nothing */
  readonly before?: Filled;
  readonly scope?: Scope;
}

/** A cache [N, G, S, D] that others continue: its first `count` places (i32 scalar) are filled. */
export interface Filled extends KeyValues {
  readonly count: Tensor;
}

/** Where some positions stand, behind others. */
export interface AppendOptions {
  /** i32 [N, T] */
  readonly positions: Tensor;
  /** i32 [N, S + T], of those before and these; −1 for one that is not there. */
  readonly keyPositions: Tensor;
  readonly scope?: Scope;
}

/** Keys and values of what was read so far: two states of a program, [N, G, length, D] each. */
export interface KeyValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/**
 * Multi-head attention:
 *
 *     y = concat_h(attention(x·W_q, c·W_k, c·W_v)_h)·W_o        c the context, or x itself
 *
 * With fewer heads of keys than of queries it is grouped-query attention (one: multi-query).
 *
 * @see Vaswani et al. 2017, §3.2.2. arXiv:1706.03762; Ainslie et al. 2023, arXiv:2305.13245; normalised queries and
 * keys: Dehghani et al. 2023, "Scaling vision transformers to 22 billion parameters", §2. arXiv:2302.05442
 */
export class MultiHeadAttention implements Layer {
  /** [features, H·D] */
  readonly query: Linear;
  /** [contextFeatures, G·D] */
  readonly key: Linear;
  /** [contextFeatures, G·D] */
  readonly value: Linear;
  /** [H·D, features] */
  readonly output: Linear;
  readonly queryNorm: RmsNorm | undefined;
  readonly keyNorm: RmsNorm | undefined;
  readonly #rotary: RotaryPositions | undefined;
  readonly #heads: { readonly query: number; readonly key: number; readonly features: number };
  readonly #seen: Pick<AttentionOptions, "causal" | "window">;
  readonly #dropout: Dropout;

  /** @throws GenError `option` for heads that do not divide */
  constructor(options: MultiHeadAttentionOptions) {
    const { features, heads, keyHeads = heads, headFeatures = features / heads, contextFeatures = features } = options;
    const { causal = false, window, rotary, normalise = false, bias = true, dropout = 0 } = options;
    const { init = torchUniform, lastInit = init } = options;
    if (!Number.isInteger(headFeatures) || heads % keyHeads !== 0) {
      throw new GenError(
        "option",
        `MultiHeadAttention: expected heads that divide ${features} features, and keyHeads that divide the heads, got ${heads} and ${keyHeads}`,
      );
    }
    const [queries, keys] = [heads * headFeatures, keyHeads * headFeatures];
    this.query = new Linear({ inputs: features, outputs: queries, bias, init });
    this.key = new Linear({ inputs: contextFeatures, outputs: keys, bias, init });
    this.value = new Linear({ inputs: contextFeatures, outputs: keys, bias, init });
    this.output = new Linear({ inputs: queries, outputs: features, bias, init: lastInit });
    this.queryNorm = normalise ? new RmsNorm({ features: headFeatures }) : undefined;
    this.keyNorm = normalise ? new RmsNorm({ features: headFeatures }) : undefined;
    this.#rotary = rotary === undefined ? undefined : new RotaryPositions({ ...rotary, features: headFeatures });
    this.#heads = { query: heads, key: keyHeads, features: headFeatures };
    this.#seen = { causal, ...(window === undefined ? {} : { window }) };
    this.#dropout = new Dropout({ rate: dropout });
  }

  /**
   * @param x [N, T, features]
   * @returns [N, T, features]
   */
  forward(x: Tensor, scope?: Scope, { context = x, positions, ...rest }: AttendOptions = {}): Tensor {
    const isSelf = context === x;
    if (this.#rotary !== undefined && !isSelf) {
      throw new GenError("option", "MultiHeadAttention: expected no rotary positions beside a context, got both");
    }
    const query = this.#placed(this.#queries(x, scope), positions);
    const { keys, values } = this.#read(context, scope);
    const between = isSelf && positions !== undefined ? { positions, keyPositions: positions } : {};
    const at = this.#seen.causal === true ? between : {};
    const onWeights = scope === undefined ? {} : { onWeights: (w: Tensor) => this.#dropout.forward(w, scope) };
    const key = this.#placed(keys, positions);
    const y = attention({ query, key, value: values, ...this.#seen, ...at, ...onWeights, ...rest });
    return this.#written(y, scope);
  }

  /**
   * Some positions after those in a cache, which they are added to: a step of decoding, or the whole of a prompt.
   *
   * @param x [N, T, features]
   * @param cache keys and values [N, G, length, D] of the positions before; what lies beyond them is never seen
   * @returns y [N, T, features], and the cache with x in it
   * @throws GenError `option` unless the layer is causal
   */
  extend(x: Tensor, cache: KeyValues, { start, blank, before, scope }: ExtendOptions): { y: Tensor } & KeyValues {
    this.#checkCausal("extend");
    const first = before === undefined ? start : before.count.add(start);
    const places = first.add(iota(x.shape[1]!, "i32")); //                                 [T]
    const shift = blank?.unsqueeze(1); //                                                  [N, 1]
    const positions = shift === undefined ? places : places.sub(shift).maximum(0);
    const fresh = this.#read(x, scope);
    const keys = writeRows(cache.keys, this.#placed(fresh.keys, positions), start);
    const values = writeRows(cache.values, fresh.values, start);
    const query = this.#placed(this.#queries(x, scope), positions);
    const y = attention({
      query,
      key: before === undefined ? keys : [before.keys, keys],
      value: before === undefined ? values : [before.values, values],
      positions,
      ...keyPlaces(keys.shape[2]!, { shift, before }),
      ...this.#seen,
    });
    return { y: this.#written(y, scope), keys, values };
  }

  /**
   * The same on a cache that grows: it holds just the positions before.
   *
   * @param x [N, T, features]
   * @param cache keys and values [N, G, S, D], S ≥ 0
   * @returns y [N, T, features], and keys and values [N, G, S + T, D]
   * @throws GenError `option` unless the layer is causal
   */
  append(x: Tensor, cache: KeyValues, { positions, keyPositions, scope }: AppendOptions): { y: Tensor } & KeyValues {
    this.#checkCausal("append");
    const fresh = this.#read(x, scope);
    const keys = concat([cache.keys, this.#placed(fresh.keys, positions)], 2);
    const values = concat([cache.values, fresh.values], 2);
    const query = this.#placed(this.#queries(x, scope), positions);
    const y = attention({ query, key: keys, value: values, positions, keyPositions, ...this.#seen });
    return { y: this.#written(y, scope), keys, values };
  }

  /** The extents of a cache for `n` sequences of at most `length` positions. */
  cacheShape(n: number, length: number): readonly number[] {
    return [n, this.#heads.key, length, this.#heads.features];
  }

  #checkCausal(where: string): void {
    if (this.#seen.causal === true) return;
    throw new GenError("option", `MultiHeadAttention.${where}: expected a causal layer, got one that sees all`);
  }

  #queries(x: Tensor, scope?: Scope): Tensor {
    const q = this.#split(this.query.forward(x, scope), this.#heads.query);
    return this.queryNorm?.forward(q) ?? q; //                                       [N, H, T, D]
  }

  #read(context: Tensor, scope?: Scope): KeyValues {
    const k = this.#split(this.key.forward(context, scope), this.#heads.key);
    const values = this.#split(this.value.forward(context, scope), this.#heads.key);
    return { keys: this.keyNorm?.forward(k) ?? k, values }; //                       [N, G, S, D] each
  }

  #placed(x: Tensor, positions: Tensor | undefined): Tensor {
    return this.#rotary?.forward(x, positions) ?? x;
  }

  #split(x: Tensor, heads: number): Tensor {
    if (x.rank !== 3) throw new GenError("shape", `MultiHeadAttention: expected [N, T, C], got ${showShape(x.shape)}`);
    return x.reshape([...x.shape.slice(0, 2), heads, -1]).transpose([0, 2, 1, 3]); // [N, heads, T, D]
  }

  #written(y: Tensor, scope?: Scope): Tensor {
    const joined = y.transpose([0, 2, 1, 3]).flatten(2); //                          [N, T, H·D]
    return this.output.forward(joined, scope);
  }
}

/** Where the places of a cache stand, and before them those of another; nothing where it goes without saying. */
function keyPlaces(
  length: number,
  { shift, before }: { shift: Tensor | undefined; before: Filled | undefined },
): { keyPositions?: Tensor } {
  const own = iota(length, "i32");
  if (before === undefined) return shift === undefined ? {} : { keyPositions: own.sub(shift) };
  const old = iota(before.keys.shape[2]!, "i32");
  const all = concat([old.less(before.count).where(old, -1), own.add(before.count)], 0);
  return { keyPositions: shift === undefined ? all : all.sub(shift) };
}
