/**
 * @file The U-Net of DDPM: Ho, Jain & Abbeel 2020, "Denoising diffusion probabilistic models", appendix B. arXiv:2006.11239
 * Residual blocks on each resolution on the way down and up, joined across; attention on chosen ones; the time in every block.
 */
import { concat, GenError, showShape, silu, type Scope, type Shape, type Tensor } from "@gen/core";
import { Conv1d, Conv2d, enlarge, GroupNorm, MultiHeadAttention, ResidualBlock, zeroWeights } from "@gen/core/nn";
import type { Network, NetworkInput } from "../network.js";
import { TimeEmbedding } from "./time.js";

export interface UNetOptions {
  /** [C, H, W] of pictures, or [C, T] of sequences (audio). */
  readonly shape: Shape;
  /** Channels that come out. @default C */
  readonly outputs?: number;
  /** Of the finest resolution. @default 64 */
  readonly channels?: number;
  /** Channels of each resolution, in those of the finest; each is half as large as the one before. @default [1, 2, 2] */
  readonly multipliers?: readonly number[];
  /** Residual blocks on each resolution, on the way down; one more on the way up. @default 2 */
  readonly blocks?: number;
  /** Extents (the first of a resolution) at which positions attend to each other; the middle's always do. @default none */
  readonly attention?: readonly number[];
  /** @default 0 */
  readonly dropout?: number;
  /** Width of the condition. @default 0: none */
  readonly conditionFeatures?: number;
}

type Conv = Conv1d | Conv2d;

export class UNet implements Network {
  readonly shape: Shape;
  readonly outputShape: Shape;
  readonly conditionFeatures: number;
  readonly time: TimeEmbedding;
  readonly first: Conv;
  readonly down: readonly Level[];
  readonly middle: readonly [Stage, Stage];
  readonly up: readonly Level[];
  readonly norm: GroupNorm;
  readonly last: Conv;

  /** @throws GenError `shape` for extents that cannot be halved as often as there are resolutions, `option` for attention at none of them */
  constructor(options: UNetOptions) {
    const { shape, outputs = shape[0]!, channels = 64, multipliers = [1, 2, 2], blocks = 2, attention = [] } = options;
    const { dropout = 0, conditionFeatures = 0 } = options;
    const [inputs, ...extents] = shape as [number, ...number[]];
    const axes = extents.length as 1 | 2;
    const factor = 2 ** (multipliers.length - 1);
    if (extents.length < 1 || extents.length > 2 || extents.some((extent) => extent % factor !== 0)) {
      throw new GenError(
        "shape",
        `UNet: expected [C, H, W] or [C, T] with extents that ${factor} divides, got ${showShape(shape)}`,
        { fix: "pad the rows, or take fewer multipliers" },
      );
    }
    const resolutions = multipliers.map((_, level) => extents[0]! / 2 ** level);
    const nowhere = attention.find((extent) => !resolutions.includes(extent));
    if (nowhere !== undefined)
      throw new GenError("option", `UNet: expected attention at some of ${resolutions.join(", ")}, got ${nowhere}`, {
        fix: "name extents that rows have on their way down",
      });
    this.shape = shape;
    this.outputShape = [outputs, ...extents];
    this.conditionFeatures = conditionFeatures;
    const embedding = 4 * channels;
    this.time = new TimeEmbedding({ waves: channels, features: embedding, conditionFeatures });
    const stage = (from: number, to: number, attends: boolean): Stage =>
      new Stage({ from, to, axes, embedding, dropout, attends });
    const resample = (width: number, stride: number): Conv => convOf(axes, { from: width, to: width, stride });
    this.first = convOf(axes, { from: inputs, to: channels });

    const skips = [channels]; // widths of what is kept on the way down
    let width = channels;
    this.down = multipliers.map((m, level) => {
      const attends = attention.includes(resolutions[level]!);
      const stages = Array.from({ length: blocks }, () => {
        const made = stage(width, m * channels, attends);
        skips.push((width = m * channels));
        return made;
      });
      if (level === multipliers.length - 1) return new Level(stages, undefined);
      skips.push(width);
      return new Level(stages, resample(width, 2));
    });
    this.middle = [stage(width, width, true), stage(width, width, false)];
    this.up = multipliers
      .map((m, level) => ({ m, level }))
      .reverse()
      .map(({ m, level }) => {
        const attends = attention.includes(resolutions[level]!);
        const stages = Array.from({ length: blocks + 1 }, () => {
          const made = stage(width + skips.pop()!, m * channels, attends);
          width = m * channels;
          return made;
        });
        return new Level(stages, level === 0 ? undefined : resample(width, 1));
      });
    this.norm = new GroupNorm({ channels: width, groups: groupsOf(width) });
    this.last = convOf(axes, { from: width, to: outputs, isZero: true });
  }

  /** @param x [N, …shape] @returns [N, …outputShape] */
  forward(x: Tensor, input: NetworkInput, scope: Scope): Tensor {
    const e = this.time.forward(input); // [N, E]
    let h = this.first.forward(x, scope);
    const skips = [h];
    for (const { stages, resample } of this.down) {
      for (const stage of stages) skips.push((h = stage.forward(h, e, scope)));
      if (resample !== undefined) skips.push((h = resample.forward(h, scope)));
    }
    for (const stage of this.middle) h = stage.forward(h, e, scope);
    for (const { stages, resample } of this.up) {
      for (const stage of stages) h = stage.forward(concat([h, skips.pop()!], 1), e, scope);
      if (resample !== undefined) h = resample.forward(enlarge(h, 2), scope);
    }
    return this.last.forward(silu(this.norm.forward(h)), scope);
  }
}

/** The blocks of one resolution, and the way to the next. */
class Level {
  constructor(
    readonly stages: readonly Stage[],
    readonly resample: Conv | undefined,
  ) {}
}

interface StageOptions {
  readonly from: number;
  readonly to: number;
  readonly axes: 1 | 2;
  readonly embedding: number;
  readonly dropout: number;
  readonly attends: boolean;
}

/** A residual block, after which positions may attend to each other. */
class Stage {
  readonly block: ResidualBlock;
  readonly norm: GroupNorm | undefined;
  readonly attention: MultiHeadAttention | undefined;

  constructor({ from, to, axes, embedding, dropout, attends }: StageOptions) {
    this.block = new ResidualBlock({ inputs: from, outputs: to, axes, embedding, dropout });
    this.norm = attends ? new GroupNorm({ channels: to, groups: groupsOf(to) }) : undefined;
    this.attention = attends ? new MultiHeadAttention({ features: to, heads: 1, lastInit: zeroWeights }) : undefined;
  }

  forward(x: Tensor, e: Tensor, scope: Scope): Tensor {
    const h = this.block.forward(x, scope, e);
    if (this.attention === undefined || this.norm === undefined) return h;
    const rows = this.norm.forward(h).flatten(2).transpose(); // [N, positions, C]
    return h.add(this.attention.forward(rows, scope).transpose().reshape(h.shape));
  }
}

function convOf(
  axes: 1 | 2,
  { from, to, stride = 1, isZero = false }: { from: number; to: number; stride?: number; isZero?: boolean },
): Conv {
  const options = { inputs: from, outputs: to, kernel: 3, stride, padding: 1, ...(isZero && { init: zeroWeights }) };
  return axes === 1 ? new Conv1d(options) : new Conv2d(options);
}

/** The most groups, up to 32, that divide the channels. */
function groupsOf(channels: number): number {
  let groups = Math.min(32, channels);
  while (channels % groups !== 0) groups--;
  return groups;
}
