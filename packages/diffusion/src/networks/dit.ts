/**
 * @file The diffusion transformer: Peebles & Xie 2023, "Scalable diffusion models with transformers", §3. arXiv:2212.09748
 * Pictures as rows of patches; everything is a product of matrices, which each provider runs at full speed.
 */
import {
  constant,
  constantInit,
  GenError,
  ndarray,
  param,
  showShape,
  silu,
  type Scope,
  type Shape,
  type Tensor,
} from "@gen/core";
import {
  FeedForward,
  glorotUniform,
  LayerNorm,
  Linear,
  MultiHeadAttention,
  sinusoidalTable,
  zeroWeights,
} from "@gen/core/nn";
import type { Network, NetworkInput } from "../network.js";
import { TimeEmbedding } from "./time.js";

export interface DitOptions {
  /** [C, H, W]. */
  readonly shape: Shape;
  /** Channels that come out. @default C */
  readonly outputs?: number;
  /** Extent of a patch; divides H and W. @default 4 */
  readonly patch?: number;
  /** D; a multiple of 4 and of the heads. @default 192 */
  readonly width?: number;
  /** Blocks. @default 6 */
  readonly depth?: number;
  /** @default width / 32 */
  readonly heads?: number;
  /**
   * What the time makes of each block: by a layer of its own ("own", the paper's adaLN-Zero), or by one layer for all and
   * learned offsets, which saves a third of the parameters ("shared": Chen et al. 2024, "PixArt-α", §2.3. arXiv:2310.00426).
   * @default "own"
   */
  readonly modulation?: "own" | "shared";
  /** Width of the condition. @default 0: none */
  readonly conditionFeatures?: number;
  /**
   * K: the condition is so many vectors, as of words with `each`, that every block attends to, between itself and its feed-forward
   * part: PixArt-α, §2.3. @default 0: it is one, and goes with the time
   */
  readonly conditionTokens?: number;
}

export class Dit implements Network {
  readonly shape: Shape;
  readonly outputShape: Shape;
  readonly conditionFeatures: number;
  readonly embed: Linear;
  readonly time: TimeEmbedding;
  /** Of all blocks, where it is shared. */
  readonly shared: Linear | undefined;
  readonly blocks: readonly Block[];
  readonly modulation: Linear;
  readonly last: Linear;
  readonly #norm: LayerNorm;
  readonly #patch: number;
  readonly #width: number;
  readonly #tokens: number;

  /** @throws GenError `shape` for pictures that patches do not cover, `option` for a width that does not divide */
  constructor(options: DitOptions) {
    const { shape, outputs = shape[0]!, patch = 4, width = 192, depth = 6, heads = width / 32 } = options;
    const { conditionFeatures = 0, conditionTokens = 0, modulation = "own" } = options;
    const [c, h, w] = shape as [number, number, number];
    if (shape.length !== 3 || h % patch !== 0 || w % patch !== 0)
      throw new GenError("shape", `Dit: expected [C, H, W] that patches of ${patch} cover, got ${showShape(shape)}`);
    if (width % 4 !== 0) throw new GenError("option", `Dit: expected a width that 4 divides, got ${width}`);
    const tokenFeatures = conditionFeatures / Math.max(1, conditionTokens);
    if (!Number.isInteger(tokenFeatures) || (conditionTokens > 0 && tokenFeatures === 0))
      throw new GenError(
        "option",
        `Dit: expected conditionFeatures that ${conditionTokens} conditionTokens share, got ${conditionFeatures}`,
      );
    this.shape = shape;
    this.outputShape = [outputs, h, w];
    this.conditionFeatures = conditionFeatures;
    this.embed = new Linear({ inputs: c * patch ** 2, outputs: width, init: glorotUniform });
    this.time = new TimeEmbedding({ waves: 256, features: width, conditionFeatures: tokenFeatures });
    const isShared = modulation === "shared";
    this.shared = isShared ? new Linear({ inputs: width, outputs: 6 * width, init: zeroWeights }) : undefined;
    const contextFeatures = conditionTokens > 0 ? tokenFeatures : undefined;
    this.blocks = Array.from({ length: depth }, () => new Block({ width, heads, isShared, contextFeatures }));
    this.modulation = new Linear({ inputs: width, outputs: 2 * width, init: zeroWeights });
    this.last = new Linear({ inputs: width, outputs: outputs * patch ** 2, init: zeroWeights });
    this.#norm = new LayerNorm({ features: width, affine: false, epsilon: 1e-6 });
    this.#patch = patch;
    this.#width = width;
    this.#tokens = conditionTokens;
  }

  /** @param x [N, …shape] @returns [N, …outputShape] */
  forward(x: Tensor, input: NetworkInput, scope: Scope): Tensor {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const p = this.#patch;
    const [rows, columns] = [h / p, w / p];
    const patches = x.reshape([n, c, rows, p, columns, p]).transpose([0, 2, 4, 3, 5, 1]); // [N, H/p, W/p, p, p, C]
    const tokens = this.embed.forward(patches.reshape([n, rows * columns, p * p * c])); //   [N, T, D]
    const { time, condition } = input;
    const context = this.#tokens > 0 ? condition?.reshape([n, this.#tokens, -1]) : undefined; // [N, K, F]
    const e = silu(this.time.forward({ time, condition: context?.mean(1) ?? condition })); // [N, D]
    const start = tokens.add(constant(grid(rows, columns, this.#width)));
    const shared = this.shared?.forward(e);
    const end = this.blocks.reduce(
      (state, block) => block.forward(state, { told: block.told(e, shared), context, scope }),
      start,
    );
    const [shift, scale] = parts(this.modulation.forward(e), 2) as [Tensor, Tensor];
    const given = this.last.forward(modulated(this.#norm.forward(end), shift, scale)); //    [N, T, p·p·O]
    const [o] = this.outputShape as [number];
    const apart = given.reshape([n, rows, columns, p, p, o]).transpose([0, 5, 1, 3, 2, 4]); // [N, O, H/p, p, W/p, p]
    return apart.reshape([n, o, h, w]);
  }
}

interface BlockOptions {
  readonly width: number;
  readonly heads: number;
  readonly isShared: boolean;
  readonly contextFeatures: number | undefined;
}

interface BlockInput {
  /** [N, 6 D] */
  readonly told: Tensor;
  /** [N, K, F] */
  readonly context: Tensor | undefined;
  readonly scope: Scope;
}

/** A transformer block whose norms and residuals are set by the time and the condition, shut at first (adaLN-Zero). */
class Block {
  readonly attention: MultiHeadAttention;
  /** To the vectors of the condition, where there are several; shut at first, too. */
  readonly cross: MultiHeadAttention | undefined;
  readonly feedForward: FeedForward;
  readonly modulation: Linear | undefined;
  /** [6 D]: what is the block's own, where the rest is shared. */
  readonly offset: Tensor | undefined;
  readonly #norm: LayerNorm;

  constructor({ width, heads, isShared, contextFeatures }: BlockOptions) {
    const attention = { features: width, heads, init: glorotUniform };
    this.attention = new MultiHeadAttention(attention);
    this.cross =
      contextFeatures === undefined
        ? undefined
        : new MultiHeadAttention({ ...attention, contextFeatures, lastInit: zeroWeights });
    this.feedForward = new FeedForward({ features: width, activation: "geluTanh", init: glorotUniform });
    this.modulation = isShared ? undefined : new Linear({ inputs: width, outputs: 6 * width, init: zeroWeights });
    this.offset = isShared ? param([6 * width], constantInit(0)) : undefined;
    this.#norm = new LayerNorm({ features: width, affine: false, epsilon: 1e-6 });
  }

  /** Shift, scale and gate of both halves: [N, 6 D]. */
  told(e: Tensor, shared: Tensor | undefined): Tensor {
    return this.modulation?.forward(e) ?? shared!.add(this.offset!);
  }

  forward(x: Tensor, { told, context, scope }: BlockInput): Tensor {
    const [s1, f1, g1, s2, f2, g2] = parts(told, 6) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const seen = x.add(this.attention.forward(modulated(this.#norm.forward(x), s1, f1), scope).mul(g1));
    const h =
      this.cross === undefined || context === undefined
        ? seen
        : seen.add(this.cross.forward(this.#norm.forward(seen), scope, { context }));
    return h.add(this.feedForward.forward(modulated(this.#norm.forward(h), s2, f2), scope).mul(g2));
  }
}

/** y (1 + scale) + shift, alike at each position. */
function modulated(y: Tensor, shift: Tensor, scale: Tensor): Tensor {
  return y.mul(scale.add(1)).add(shift);
}

/** [N, k·D] as k times [N, 1, D]. */
function parts(x: Tensor, k: number): Tensor[] {
  const width = x.shape[1]! / k;
  return x.unsqueeze(1).split(Array.from({ length: k }, () => width));
}

/** Waves of the row in one half of the features, of the column in the other: [rows · columns, features]. */
function grid(rows: number, columns: number, features: number): ReturnType<typeof ndarray> {
  const half = features / 2;
  const waves = (length: number): Float32Array => sinusoidalTable({ length, features: half }).data as Float32Array;
  const [down, across] = [waves(rows), waves(columns)];
  const table = Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return [...down.slice(row * half, (row + 1) * half), ...across.slice(column * half, (column + 1) * half)];
  });
  return ndarray(table.flat(), [rows * columns, features]);
}
