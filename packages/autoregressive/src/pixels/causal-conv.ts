/**
 * @file A convolution that sees only what comes before in raster order.
 * van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", §3.4. arXiv:1601.06759
 */
import { ndarray, type NdArray, type Scope, type Tensor } from "@gen/core";
import { Conv2d, masked, pixelMask } from "@gen/core/nn";

export interface CausalConvOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Extent of the kernel, odd. */
  readonly kernel: number;
  /** "A" hides a pixel's own value (the first layer), "B" does not. */
  readonly type: "A" | "B";
  /** Colours, each of which sees those before it in the same pixel: blocks of the channels. @default 1 */
  readonly colours?: number;
}

/** The masked convolution of the paper. The rows of its kernel that lie below the centre, all zeros, are left out. */
export class CausalConv {
  readonly conv: Conv2d;
  readonly #reach: number;

  /** @throws GenError `option` for an even kernel, or channels that the colours do not divide */
  constructor(options: CausalConvOptions) {
    const { inputs, outputs, kernel } = options;
    const mask = upperRows(pixelMask(options));
    this.conv = new Conv2d({ inputs, outputs, kernel: [mask.shape[2]!, kernel], weightMap: masked(mask) });
    this.#reach = (kernel - 1) / 2;
  }

  /** @param x [N, inputs, H, W] @returns [N, outputs, H, W] */
  forward(x: Tensor, scope?: Scope): Tensor {
    const reach = this.#reach;
    return this.conv.forward(reach === 0 ? x : x.pad([0, 0, reach, reach], [0, 0, 0, reach]), scope);
  }
}

/** The rows of a mask [O, I, k, k] down to its centre: [O, I, (k + 1) / 2, k]. */
function upperRows({ data, shape }: NdArray): NdArray {
  const [outputs, inputs, rows, columns] = shape as [number, number, number, number];
  const kept = (rows + 1) / 2;
  const isKept = (_: number, i: number): boolean => Math.floor(i / columns) % rows < kept;
  return ndarray(Array.from(data as Float32Array).filter(isKept), [outputs, inputs, kept, columns]);
}
