/**
 * @file A convolution that sees only what comes before in raster order.
 * van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", §3.4. arXiv:1601.06759
 */
import { concat, full, ndarray, type NdArray, type Tensor } from "@gen/core";
import { Conv2d, masked, pixelMask, torchUniform, type WeightInit } from "@gen/core/nn";
import { run, type AtPixel, type CausalLayer } from "./causal-layer.js";
import type { PixelContext } from "./network.js";
import { pushRow, rowProduct } from "./rows.js";

export interface CausalConvOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Extent of the kernel [rows, columns], odd. */
  readonly kernel: number | readonly [number, number];
  /** "A" hides a pixel's own value (the first layer), "B" does not. */
  readonly type: "A" | "B";
  /** Colours, each of which sees those before it in the same pixel: blocks of the channels. @default 1 */
  readonly colours?: number;
  /** The outputs are so many groups of channels, each with all the colours: 2 for a gate and what it lets through. @default 1 */
  readonly groups?: number;
  /** How the weight starts. @default torchUniform */
  readonly init?: WeightInit;
}

/** The masked convolution of the paper. The rows of its kernel that lie below the centre, all zeros, are left out. */
export class CausalConv implements CausalLayer {
  readonly conv: Conv2d;
  /** Rows above and pixels to the left that it sees. */
  readonly #reach: readonly [number, number];

  /** @throws GenError `option` for an even kernel, or channels that the colours do not divide */
  constructor({ outputs, groups = 1, init = torchUniform, ...options }: CausalConvOptions) {
    const mask = upperRows(pixelMask({ ...options, outputs: outputs / groups }), groups);
    const [, inputs, rows, columns] = mask.shape as [number, number, number, number];
    this.conv = new Conv2d({ inputs, outputs, kernel: [rows, columns], init, weightMap: masked(mask) });
    this.#reach = [rows - 1, (columns - 1) / 2];
  }

  /** @param x [N, inputs, H, W] @returns [N, outputs, H, W] */
  forward(x: Tensor, { visit }: PixelContext): Tensor {
    return run(this, x, visit)[0]!;
  }

  whole(x: Tensor): Tensor[] {
    const [up, side] = this.#reach;
    return [this.conv.forward(up + side === 0 ? x : x.pad([0, 0, up, side], [0, 0, 0, side]))];
  }

  firstRow(n: number, W: number): Tensor[] {
    const [up] = this.#reach;
    return up === 0 ? [] : [full([n, this.#inputs, up, W], 0)];
  }

  atRow([rows]: readonly Tensor[]): Tensor[] {
    if (rows === undefined) return [];
    return [rowProduct(rows, this.#weight.slice(2, 0, -1), this.conv.bias)];
  }

  firstPixel(n: number): Tensor[] {
    const [, side] = this.#reach;
    return side === 0 ? [] : [full([n, this.#inputs, side], 0)];
  }

  atPixel(x: Tensor, [above]: readonly Tensor[], [left]: readonly Tensor[]): AtPixel {
    const [, side] = this.#reach;
    const C = this.#inputs;
    const own = (at: Tensor): Tensor => at.reshape([-1, C, 1]);
    const seen = left === undefined ? own(x) : concat([left, own(x)]); //                                [n, C, side + 1]
    const weight = this.#weight.slice(2, -1).slice(3, 0, side + 1); //                                   [O, C, 1, side + 1]
    const y = seen.flatten().matmul(weight.reshape([-1, C * (side + 1)]).transpose()); //                [n, O]
    return {
      outputs: [
        y
          .add(above ?? this.conv.bias!)
          .unsqueeze(2)
          .unsqueeze(3),
      ],
      keep: (final) => ({
        left: left === undefined ? [] : [concat([left.slice(2, 1), own(final)])],
        row: above === undefined ? [] : [final.reshape([-1, C])],
      }),
    };
  }

  nextRow([rows]: readonly Tensor[], _: readonly Tensor[], [kept]: readonly Tensor[]): Tensor[] {
    return rows === undefined ? [] : [pushRow(rows, kept!)];
  }

  get #inputs(): number {
    return this.conv.weight.shape[1]!;
  }
  get #weight(): Tensor {
    return this.conv.weightMap!.apply(this.conv.weight, undefined);
  }
}

/** The rows of a mask [O, I, k, k] down to its centre, for each group: [groups · O, I, (k + 1) / 2, k]. */
function upperRows({ data, shape }: NdArray, groups: number): NdArray {
  const [outputs, inputs, rows, columns] = shape as [number, number, number, number];
  const kept = (rows + 1) / 2;
  const upper = Array.from(data as Float32Array).filter((_, i) => Math.floor(i / columns) % rows < kept);
  return ndarray(new Array<number[]>(groups).fill(upper).flat(), [groups * outputs, inputs, kept, columns]);
}
