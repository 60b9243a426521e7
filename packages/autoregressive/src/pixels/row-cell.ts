/**
 * @file The cell of Row LSTM: the state of a pixel follows from those of the three pixels above it.
 * van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", §3.1. arXiv:1601.06759
 */
import { concat, full, param, scan, uniformInit, type Tensor } from "@gen/core";
import type { AtPixel, CausalLayer } from "./causal-layer.js";
import { lstmStep } from "./lstm-gates.js";
import { rowProduct } from "./rows.js";

/** Pixels of the row above that a state sees. */
const TAPS = 3;

/** [o, f, i, g] from K_ss ∗ h_{i−1} + gates, eq. 3 of the paper; the gates are K_is ∗ x_i. */
export class RowCell implements CausalLayer {
  /** K_ss: [3·H, 4H], from the left to the right pixel above. */
  readonly hiddenWeight: Tensor;
  readonly #hidden: number;

  constructor({ hidden }: { readonly hidden: number }) {
    const limit = 1 / Math.sqrt(TAPS * hidden);
    this.hiddenWeight = param([TAPS * hidden, 4 * hidden], uniformInit(-limit, limit));
    this.#hidden = hidden;
  }

  /** @param gates [N, 4H, rows, W] @returns [N, H, rows, W] */
  whole(gates: Tensor): Tensor[] {
    const [N, , , W] = gates.shape as [number, number, number, number];
    const start = full([N, W, this.#hidden], 0);
    const { ys } = scan({ carry: [start, start], xs: [gates.transpose([2, 0, 3, 1])] }, ([above, c], [row]) => {
      const padded = above!.pad([0, 1, 0], [0, 1, 0]); //                          [N, W + 2, H]
      const seen = concat(Array.from({ length: TAPS }, (_, k) => padded.slice(1, k, k + W))); // [N, W, 3H]
      const next = lstmStep(seen.matmul(this.hiddenWeight).add(row!), c!);
      return { carry: [next.h, next.c], ys: [next.h] };
    });
    return [ys[0]!.transpose([1, 3, 0, 2])]; // [rows, N, W, H] → [N, H, rows, W]
  }

  /** h and c of the row above. */
  firstRow(n: number, W: number): Tensor[] {
    const zeros = full([n, this.#hidden, W], 0);
    return [zeros, zeros];
  }

  atRow([h, c]: readonly Tensor[]): Tensor[] {
    const H = this.#hidden;
    const kernel = this.hiddenWeight
      .reshape([TAPS, H, 4 * H])
      .transpose([2, 1, 0])
      .unsqueeze(2); // [4H, H, 1, 3]
    return [rowProduct(h!.unsqueeze(2), kernel), c!];
  }

  firstPixel(): Tensor[] {
    return [];
  }

  atPixel(gates: Tensor, [above, c]: readonly Tensor[]): AtPixel {
    const next = lstmStep(gates.squeeze(3).squeeze(2).add(above!), c!);
    return { outputs: [next.h.unsqueeze(2).unsqueeze(3)], keep: () => ({ left: [], row: [next.h, next.c] }) };
  }

  nextRow(_: readonly Tensor[], __: readonly Tensor[], kept: readonly Tensor[]): readonly Tensor[] {
    return kept;
  }
}
