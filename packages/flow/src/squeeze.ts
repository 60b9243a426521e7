/** @file Squeezing: space becomes channels, so that couplings of channels see neighbours. */
import { full, GenError, showShape, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { checkRows, type Bijection, type Unmapped } from "./transform.js";

/**
 * Each 2×2 block of pixels becomes one pixel of four times the channels, [C, H, W] → [4C, H/2, W/2].
 *
 * @see Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", §3.6. arXiv:1605.08803
 */
export class Squeeze implements Bijection {
  readonly shape: Shape;
  readonly outputShape: Shape;
  readonly contextDim = 0;

  /** @throws GenError `shape` for an odd height or width, or rows that are not pictures */
  constructor({ shape }: { readonly shape: Shape }) {
    const [channels = 0, height = 0, width = 0] = shape;
    if (shape.length !== 3 || height % 2 !== 0 || width % 2 !== 0 || height * width === 0) {
      throw new GenError("shape", `Squeeze: expected [C, H, W] of even H and W, got ${showShape(shape)}`, {
        fix: "pad the pictures to even sizes",
      });
    }
    this.shape = shape;
    this.outputShape = [4 * channels, height / 2, width / 2];
  }

  forward(x: Tensor): Mapped {
    checkRows(x, { shape: this.shape, where: "Squeeze" });
    const [c, h, w] = this.shape as [number, number, number];
    const n = x.shape[0]!;
    const blocks = x.reshape([n, c, h / 2, 2, w / 2, 2]).transpose([0, 1, 3, 5, 2, 4]); // [N, C, 2, 2, H/2, W/2]
    return { y: blocks.reshape([n, ...this.outputShape]), logDet: full([n], 0, x.dtype) };
  }

  inverse(y: Tensor): Unmapped {
    const [c, h, w] = this.shape as [number, number, number];
    const n = y.shape[0]!;
    const blocks = y.reshape([n, c, 2, 2, h / 2, w / 2]).transpose([0, 1, 4, 2, 5, 3]); // [N, C, H/2, 2, W/2, 2]
    return { x: blocks.reshape([n, ...this.shape]), logDet: full([n], 0, y.dtype) };
  }
}
