/**
 * @file The stack of Gated PixelCNN that sees all rows above a pixel, to the left and to the right.
 * van den Oord et al. 2016, arXiv:1606.05328, §2.2 and figure 1.
 */
import { concat, full, type Tensor } from "@gen/core";
import { Conv2d, heUniform } from "@gen/core/nn";
import { run, type AtPixel, type CausalLayer } from "./causal-layer.js";
import { ClassBias } from "./class-bias.js";
import { gate } from "./gate.js";
import type { PixelContext } from "./network.js";
import { pushRow, rowProduct } from "./rows.js";

export interface VerticalOptions {
  readonly inputs: number;
  readonly channels: number;
  /** Extent of each layer's kernel, odd; of its rows only those down to the centre are there. */
  readonly kernels: readonly number[];
  readonly classes: number;
}

/** v' = gate(W ∗ v + c), each layer before its gate: what a horizontal stack is told. */
export class VerticalStack {
  readonly convs: readonly Conv2d[];
  readonly conditions: readonly ClassBias[];

  constructor({ inputs, channels, kernels, classes }: VerticalOptions) {
    const conv = (kernel: number, l: number): Conv2d =>
      new Conv2d({
        inputs: l === 0 ? inputs : channels,
        outputs: 2 * channels,
        kernel: [(kernel + 1) / 2, kernel],
        init: heUniform,
      });
    this.convs = kernels.map(conv);
    this.conditions = classes === 0 ? [] : kernels.map(() => new ClassBias({ classes, channels: 2 * channels }));
  }

  /** @param y [N, inputs, H, W] @returns [N, 2 channels, H, W] of each layer */
  forward(y: Tensor, { label, visit }: PixelContext): readonly Tensor[] {
    const biases = this.conditions.map((condition) => condition.forward(label!)); // [N, 2 channels, 1, 1]
    return run(new Stack(this.convs, biases), y, visit);
  }
}

/** The stack under one condition. */
class Stack implements CausalLayer {
  readonly #convs: readonly Conv2d[];
  readonly #biases: readonly Tensor[];

  constructor(convs: readonly Conv2d[], biases: readonly Tensor[]) {
    [this.#convs, this.#biases] = [convs, biases];
  }

  whole(y: Tensor): Tensor[] {
    let v = y;
    return this.#convs.map((conv, l) => {
      const [rows, side] = reach(conv);
      const up = l === 0 ? rows : rows - 1; // the first layer sees the rows above only
      const seen = conv.forward(v.pad([0, 0, up, side], [0, 0, 0, side])).slice(2, 0, y.shape[2]);
      const told = this.#told(seen, l);
      v = gate(told);
      return told;
    });
  }

  /** The last rows that went into each layer: as many as its kernel has above the row that is next. */
  firstRow(n: number, W: number): Tensor[] {
    return this.#convs.map((conv, l) => {
      const [rows] = reach(conv);
      return full([n, conv.weight.shape[1]!, l === 0 ? rows : rows - 1, W], 0);
    });
  }

  /** What each layer tells, then what went into each layer but the first. */
  atRow(state: readonly Tensor[]): Tensor[] {
    const told: Tensor[] = [];
    const rows: Tensor[] = [];
    this.#convs.forEach((conv, l) => {
      const before = state[l]!; //                                                [n, C, R, W]
      const seen = l === 0 ? before : concat([before, rows[l - 1]!.unsqueeze(2)], 2);
      const row = rowProduct(seen, conv.weight, conv.bias).unsqueeze(2); //       [n, 2C, 1, W]
      told.push(this.#told(row, l).squeeze(2));
      rows.push(gate(told[l]!)); //                                               [n, C, W]
    });
    return [...told, ...rows.slice(0, -1)];
  }

  firstPixel(): Tensor[] {
    return [];
  }

  atPixel(_: Tensor, told: readonly Tensor[]): AtPixel {
    return {
      outputs: told.slice(0, this.#convs.length).map((t) => t.unsqueeze(2).unsqueeze(3)),
      keep: (y) => ({ left: [], row: [y.squeeze(3).squeeze(2)] }),
    };
  }

  nextRow(state: readonly Tensor[], told: readonly Tensor[], [kept]: readonly Tensor[]): Tensor[] {
    const rows = [kept!, ...told.slice(this.#convs.length)];
    return state.map((before, l) => pushRow(before, rows[l]!));
  }

  #told(seen: Tensor, l: number): Tensor {
    const bias = this.#biases[l];
    return bias === undefined ? seen : seen.add(bias);
  }
}

/** Rows of a kernel, and pixels that it sees on either side. */
function reach({ weight }: Conv2d): [number, number] {
  return [weight.shape[2]!, (weight.shape[3]! - 1) / 2];
}
