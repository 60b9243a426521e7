/** @file The residual block of DDPM's U-Net: two convolutions before which it normalises, and a way for an embedding to act. */
import { GenError } from "../error.js";
import type { Scope } from "../program/scope.js";
import { showShape } from "../shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { activationOf, type Activation } from "./activation.js";
import { Conv1d, Conv2d } from "./conv.js";
import { Dropout } from "./dropout.js";
import { torchUniform, zeroWeights, type WeightInit } from "./init.js";
import type { Layer } from "./layer.js";
import { Linear } from "./linear.js";
import { GroupNorm } from "./norm.js";
import type { WeightMapper } from "./weight-map.js";

export interface ResidualBlockOptions {
  /** Channels that come in. */
  readonly inputs: number;
  /** Channels that go out. @default inputs */
  readonly outputs?: number;
  /** Spatial axes of what comes in: 2 for pictures, 1 for sequences. @default 2 */
  readonly axes?: 1 | 2;
  /** Extent of an embedding (of a time, a class) that acts on the block. @default none */
  readonly embedding?: number;
  /** How it acts between the convolutions: added to the channels, or as their scale and shift (FiLM). @default "add" */
  readonly modulation?: "add" | "scale";
  /** Groups of the normalisations, or none of them. @default 32, or the largest number below that divides the channels */
  readonly groups?: number | "none";
  /** @default "silu" */
  readonly activation?: Activation;
  /** Share of elements left out in training, before the second convolution. @default 0 */
  readonly dropout?: number;
  /** Of the convolutions. @default torchUniform */
  readonly init?: WeightInit;
  /** How the second convolution starts; at zeros the block starts as its shortcut. @default zeroWeights */
  readonly lastInit?: WeightInit;
  /** Of each convolution, as of {@link Conv2d}. */
  readonly weightMap?: WeightMapper;
}

/**
 * A residual block that normalises before each of its two convolutions, 3×3 or of 3:
 *
 *     h = conv₁(φ(norm₁(x)))      h ← norm₂(h + W φ(e))   or   norm₂(h) (1 + W_s φ(e)) + W_b φ(e)
 *     y = shortcut(x) + conv₂(dropout(φ(h)))
 *
 * The shortcut is a convolution of 1 where the channels change, x itself elsewhere.
 *
 * @see He et al. 2016, "Identity mappings in deep residual networks", fig. 4e. arXiv:1603.05027; with a time: Ho, Jain &
 * Abbeel 2020, app. B. arXiv:2006.11239; as scale and shift: Nichol & Dhariwal 2021, §2. arXiv:2102.09672
 */
export class ResidualBlock implements Layer {
  readonly norm1: GroupNorm | undefined;
  readonly conv1: Conv1d | Conv2d;
  readonly embed: Linear | undefined;
  readonly norm2: GroupNorm | undefined;
  readonly conv2: Conv1d | Conv2d;
  readonly shortcut: Conv1d | Conv2d | undefined;
  readonly #dropout: Dropout;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #modulation: "add" | "scale";

  constructor(options: ResidualBlockOptions) {
    const { inputs, outputs = inputs, embedding, modulation = "add", activation = "silu", dropout = 0 } = options;
    const { init = torchUniform, lastInit = zeroWeights, weightMap, axes = 2 } = options;
    const Conv = axes === 1 ? Conv1d : Conv2d;
    const norm = (channels: number): GroupNorm | undefined => {
      const { groups = mostGroups(channels) } = options;
      return groups === "none" ? undefined : new GroupNorm({ channels, groups });
    };
    const conv = (from: number, kernel: number, law: WeightInit): Conv1d | Conv2d =>
      new Conv({
        inputs: from,
        outputs,
        kernel,
        padding: "same",
        init: law,
        ...(weightMap === undefined ? {} : { weightMap }),
      });
    this.norm1 = norm(inputs);
    this.conv1 = conv(inputs, 3, init);
    this.embed =
      embedding === undefined
        ? undefined
        : new Linear({ inputs: embedding, outputs: modulation === "scale" ? 2 * outputs : outputs });
    this.norm2 = norm(outputs);
    this.conv2 = conv(outputs, 3, lastInit);
    this.shortcut = inputs === outputs ? undefined : conv(inputs, 1, init);
    this.#dropout = new Dropout({ rate: dropout });
    this.#activation = activationOf(activation);
    this.#modulation = modulation;
  }

  /**
   * @param x [N, inputs, H, W], or [N, inputs, T]
   * @param embedding [N, embedding], if the block was made for one
   * @returns [N, outputs, …] of the same extents
   * @throws GenError `shape` for an embedding that is missing, or one that the block was not made for
   */
  forward(x: Tensor, scope: Scope, embedding?: Tensor): Tensor {
    const h = this.conv1.forward(this.#activation(this.norm1?.forward(x) ?? x), scope); // [N, O, H, W]
    const lively = this.#activation(this.#act(h, embedding, scope));
    const y = this.conv2.forward(this.#dropout.forward(lively, scope), scope);
    return (this.shortcut?.forward(x, scope) ?? x).add(y);
  }

  #act(h: Tensor, embedding: Tensor | undefined, scope: Scope): Tensor {
    const norm = (v: Tensor): Tensor => this.norm2?.forward(v) ?? v;
    if ((embedding === undefined) !== (this.embed === undefined) || (embedding !== undefined && embedding.rank !== 2)) {
      const wanted = this.embed === undefined ? "no embedding" : `an embedding [N, ${this.embed.weight.shape[0]!}]`;
      const got = embedding === undefined ? "none" : showShape(embedding.shape);
      throw new GenError("shape", `ResidualBlock: expected ${wanted}, got ${got}`);
    }
    if (embedding === undefined) return norm(h);
    const e = this.embed!.forward(this.#activation(embedding), scope); //                  [N, O] or [N, 2 O]
    const channels = h.shape[1]!;
    if (this.#modulation === "add") return norm(h.add(perExample(e, h)));
    const [scale, shift] = e.split([channels, channels]) as [Tensor, Tensor];
    return norm(h)
      .mul(perExample(scale.add(1), h))
      .add(perExample(shift, h));
  }
}

/** [N, C] beside [N, C, H, W]. */
function perExample(e: Tensor, h: Tensor): Tensor {
  return e.reshape([...e.shape, ...h.shape.slice(2).map(() => 1)]);
}

function mostGroups(channels: number): number {
  let groups = Math.min(32, channels);
  while (channels % groups !== 0) groups--;
  return groups;
}
