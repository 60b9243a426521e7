/**
 * @file Several scales: after each level half of the channels are done, and the rest go on to the next level.
 * Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", §3.6, eq. 13–16. arXiv:1605.08803
 */
import { concat, full, GenError, sameShape, showShape, sizeOf, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { checkRows, contextWidth, type At, type Bijection, type Unmapped } from "./transform.js";

/**
 * Levels f₁ … f_L over pictures:
 *
 *     (hᵢ₊₁, zᵢ₊₁) = fᵢ₊₁(hᵢ)  with h₀ = x      z = (z₁, …, z_L)
 *
 * The first half of the channels of a level goes on, the last is part of the code, which is flat: [D].
 *
 * @throws GenError `shape` if a level does not take the half that the one before leaves
 */
export class MultiScale implements Bijection {
  readonly levels: readonly Bijection[];
  readonly contextDim: number;
  readonly shape: Shape;
  readonly outputShape: Shape;

  constructor(levels: readonly Bijection[]) {
    const [first] = levels;
    if (first === undefined) throw new GenError("graph", "MultiScale: expected at least one level, got none");
    levels.slice(1).forEach(({ shape }, i) => {
      const left = halfOf(levels[i]!.outputShape);
      if (!sameShape(left, shape)) {
        throw new GenError(
          "shape",
          `MultiScale: expected level ${i + 1} to take ${showShape(left)}, got one for ${showShape(shape)}`,
        );
      }
    });
    this.levels = levels;
    this.contextDim = contextWidth(levels, "MultiScale");
    this.shape = first.shape;
    this.outputShape = [sizeOf(first.shape)];
  }

  forward(x: Tensor, at: At): Mapped {
    checkRows(x, { shape: this.shape, where: "MultiScale" });
    const codes: Tensor[] = [];
    let [h, sum]: [Tensor, Tensor] = [x, full([x.shape[0]!], 0, x.dtype)];
    this.levels.forEach((level, i) => {
      const { y, logDet } = level.forward(h, at);
      const channels = y.shape[1]!;
      const stays = i === this.levels.length - 1 ? 0 : channels / 2;
      if (stays > 0) h = y.slice(1, 0, stays);
      codes.push(y.slice(1, stays, channels).flatten());
      sum = sum.add(logDet);
    });
    return { y: concat(codes, 1), logDet: sum };
  }

  inverse(z: Tensor, at: At): Unmapped {
    checkRows(z, { shape: this.outputShape, where: "MultiScale" });
    const last = this.levels.length - 1;
    const shapes = this.levels.map(({ outputShape }, i) => (i === last ? outputShape : halfOf(outputShape)));
    const codes = z.split(shapes.map(sizeOf), 1).map((code, i) => code.reshape([z.shape[0]!, ...shapes[i]!]));
    return this.levels.reduceRight<Unmapped>(
      ({ x: h, logDet }, level, i) => {
        const y = i === last ? codes[i]! : concat([h, codes[i]!], 1);
        const before = level.inverse(y, at);
        return { x: before.x, logDet: logDet.add(before.logDet) };
      },
      { x: codes[last]!, logDet: full([z.shape[0]!], 0, z.dtype) },
    );
  }
}

function halfOf([channels = 0, ...rest]: Shape): Shape {
  if (channels % 2 !== 0) throw new GenError("shape", `MultiScale: expected channels to halve, got ${channels}`);
  return [channels / 2, ...rest];
}
