/**
 * @file The cell of Diagonal BiLSTM: states follow from the pixel beside and the pixel above, diagonal by diagonal, from
 * the top left and from the top right corner.
 * van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", §3.2. arXiv:1601.06759
 */
import { concat, constant, full, ndarray, param, scan, stack, uniformInit, type Tensor } from "@gen/core";
import type { AtPixel, CausalLayer } from "./causal-layer.js";
import { lstmStep } from "./lstm-gates.js";
import { skew, unskew } from "./skew.js";

/** Gates outside of the picture: nothing goes in or out, so that states there are 0. */
const SHUT = -1000;

/**
 * Both directions; that from the right is shifted down by one row, so that no pixel sees what lies to its right, and added:
 *
 *     h[i, j] = →h(gates)[i, j] + ←h(gates)[i − 1, j]
 */
export class DiagonalCell implements CausalLayer {
  /** K_ss: [2 directions, 2H, 4H], from the pixel beside, then from the one above. */
  readonly hiddenWeight: Tensor;
  readonly #hidden: number;

  constructor({ hidden }: { readonly hidden: number }) {
    const limit = 1 / Math.sqrt(2 * hidden);
    this.hiddenWeight = param([2, 2 * hidden, 4 * hidden], uniformInit(-limit, limit));
    this.#hidden = hidden;
  }

  /** @param gates [N, 8H, rows, W]: 4H from the left, 4H from the right @returns [N, H, rows, W] */
  whole(gates: Tensor): Tensor[] {
    const [N, , R, W] = gates.shape as [number, number, number, number];
    const H = this.#hidden;
    const [right, left] = gates.split([4 * H, 4 * H], 1) as [Tensor, Tensor];
    const turn = mirror(W);
    const both = stack([right, left.matmul(turn)]); //                      [2, N, 4H, R, W]
    const diagonals = skew(both, SHUT).transpose([4, 0, 1, 3, 2]); //       [D, 2, N, R, 4H]
    const zeros = full([2, N, R, H], 0);
    const { ys } = scan({ carry: [zeros, zeros], xs: [diagonals] }, ([h, c], [row]) => {
      const above = h!.slice(2, 0, -1).pad([0, 0, 1, 0], [0, 0, 0, 0]);
      const seen = concat([h!, above]).reshape([2, N * R, 2 * H]);
      const next = lstmStep(
        seen
          .matmul(this.hiddenWeight)
          .reshape([2, N, R, 4 * H])
          .add(row!),
        c!,
      );
      return { carry: [next.h, next.c], ys: [next.h] };
    });
    const [fromLeft, fromRight] = unskew(ys[0]!.transpose([1, 2, 4, 3, 0])).split([1, 1], 0) as [Tensor, Tensor];
    const down = fromRight.squeeze(0).matmul(turn).slice(2, 0, -1).pad([0, 0, 1, 0], [0, 0, 0, 0]);
    return [fromLeft.squeeze(0).add(down)];
  }

  /** h of the row above, of either direction. */
  firstRow(n: number, W: number): Tensor[] {
    const zeros = full([n, this.#hidden, W], 0);
    return [zeros, zeros];
  }

  /** What the row above gives to the gates, and its states from the right. */
  atRow([fromLeft, fromRight]: readonly Tensor[]): Tensor[] {
    return [this.#weight(0).above.transpose().matmul(fromLeft!), fromRight!]; // [4H, H] · [n, H, W]
  }

  /** h and c of the pixel to the left. */
  firstPixel(n: number): Tensor[] {
    const zeros = full([n, this.#hidden], 0);
    return [zeros, zeros];
  }

  atPixel(gates: Tensor, [above, fromRight]: readonly Tensor[], [h, c]: readonly Tensor[]): AtPixel {
    const size = 4 * this.#hidden;
    const [right, left] = gates.squeeze(3).squeeze(2).split([size, size], 1) as [Tensor, Tensor]; // [n, 4H] each
    const next = lstmStep(right.add(above!).add(h!.matmul(this.#weight(0).beside)), c!);
    return {
      outputs: [next.h.add(fromRight!).unsqueeze(2).unsqueeze(3)],
      keep: () => ({ left: [next.h, next.c], row: [next.h, left] }),
    };
  }

  /** The row is whole now: the direction from the right goes over it. */
  nextRow([, above]: readonly Tensor[], _: readonly Tensor[], [fromLeft, gates]: readonly Tensor[]): Tensor[] {
    const weight = this.#weight(1);
    const sums = gates!.add(weight.above.transpose().matmul(above!)).transpose([2, 0, 1]); // [W, n, 4H]
    const start = this.firstPixel(sums.shape[1]!);
    const { ys } = scan({ carry: start, xs: [sums], reverse: true }, ([h, c], [sum]) => {
      const next = lstmStep(sum!.add(h!.matmul(weight.beside)), c!);
      return { carry: [next.h, next.c], ys: [next.h] };
    });
    return [fromLeft!, ys[0]!.transpose([1, 2, 0])];
  }

  #weight(direction: number): { beside: Tensor; above: Tensor } {
    const H = this.#hidden;
    const own = this.hiddenWeight.slice(0, direction, direction + 1).squeeze(0);
    return { beside: own.slice(0, 0, H), above: own.slice(0, H) };
  }
}

/** [W, W]: a product with it turns the last axis round; unlike an index it costs no scatter on the way back. */
function mirror(W: number): Tensor {
  return constant(
    ndarray(
      Float32Array.from({ length: W * W }, (_, i) => Number(Math.floor(i / W) + (i % W) === W - 1)),
      [W, W],
    ),
  );
}
