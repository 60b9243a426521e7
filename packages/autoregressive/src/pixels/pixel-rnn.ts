/** @file PixelRNN: Row LSTM and Diagonal BiLSTM (van den Oord, Kalchbrenner & Kavukcuoglu 2016, arXiv:1601.06759). */
import type { Tensor } from "@gen/core";
import { CausalConv } from "./causal-conv.js";
import { run, type CausalLayer } from "./causal-layer.js";
import { ClassBias } from "./class-bias.js";
import { DiagonalCell } from "./diagonal-cell.js";
import { forgetBias } from "./lstm-gates.js";
import type { PixelContext, PixelNetwork, PixelSizes } from "./network.js";
import { PixelModel, type PixelModelOptions } from "./pixel-model.js";
import { RowCell } from "./row-cell.js";

export interface PixelRnnOptions extends PixelModelOptions {
  /** H: width of the states; between layers there are 2H channels. @default 16 */
  readonly hidden?: number;
  /** Recurrent layers. @default 7 */
  readonly layers?: number;
  /** Channels of the two layers before the last. @default 32 */
  readonly head?: number;
  /** Extent of the first kernel, odd. @default 7 */
  readonly firstKernel?: number;
}

/** States follow from the row above, and gates from the pixel and the one to its left: the whole row at once. */
export function rowLstm(options: PixelRnnOptions): PixelModel {
  return pixelRnn(options, { kernel: [1, 3], directions: 1, cellOf: (hidden) => new RowCell({ hidden }) });
}

/**
 * States follow from the pixel beside and the one above, from both sides: a pixel sees all that come before it, but for the
 * last one of the row above where the first kernel does not reach it.
 */
export function diagonalBiLstm(options: PixelRnnOptions): PixelModel {
  return pixelRnn(options, { kernel: 1, directions: 2, cellOf: (hidden) => new DiagonalCell({ hidden }) });
}

interface Kind {
  /** Extent of the convolution from input to gates. */
  readonly kernel: number | readonly [number, number];
  readonly directions: number;
  readonly cellOf: (hidden: number) => CausalLayer;
}

function pixelRnn(
  { hidden = 16, layers = 7, head = 32, firstKernel = 7, ...rest }: PixelRnnOptions,
  kind: Kind,
): PixelModel {
  return new PixelModel(rest, (sizes) => new PixelRnn({ ...sizes, hidden, layers, head, firstKernel, kind }));
}

type Sizes = PixelSizes & Required<Omit<PixelRnnOptions, keyof PixelModelOptions>> & { readonly kind: Kind };

class PixelRnn implements PixelNetwork {
  readonly first: CausalConv;
  readonly layers: readonly RecurrentLayer[];
  readonly head: readonly CausalConv[];
  readonly last: CausalConv;
  readonly visitsPixels = true;

  constructor({ law, classes, hidden, layers, head, firstKernel, kind }: Sizes) {
    const { colours } = law;
    const conv = (inputs: number, outputs: number): CausalConv =>
      new CausalConv({ inputs, outputs, kernel: 1, type: "B", colours });
    const ends = { inputs: law.channels, outputs: 2 * hidden };
    this.first = new CausalConv({ ...ends, kernel: firstKernel, type: "A", colours });
    this.layers = Array.from({ length: layers }, () => new RecurrentLayer({ hidden, colours, classes, ...kind }));
    this.head = [conv(2 * hidden, head), conv(head, head)];
    this.last = conv(head, law.params);
  }

  forward(y: Tensor, context: PixelContext): Tensor {
    let h = this.first.forward(y, context); //                          [N, 2H, rows, W]
    for (const layer of this.layers) h = layer.forward(h, context);
    for (const layer of this.head) h = layer.forward(h.relu(), context);
    return this.last.forward(h.relu(), context);
  }
}

interface LayerOptions extends Kind {
  readonly hidden: number;
  readonly colours: number;
  readonly classes: number;
}

/** 2H → gates, the cell, H → 2H, added to what came in (figure 5, right). */
class RecurrentLayer {
  readonly gates: CausalConv;
  readonly condition: ClassBias | undefined;
  readonly cell: CausalLayer;
  readonly up: CausalConv;
  readonly #forgetBias: Tensor;

  constructor({ hidden, colours, classes, kernel, directions, cellOf }: LayerOptions) {
    const groups = 4 * directions;
    const outputs = groups * hidden;
    this.gates = new CausalConv({ inputs: 2 * hidden, outputs, kernel, type: "B", colours, groups });
    this.condition = classes === 0 ? undefined : new ClassBias({ classes, channels: outputs });
    this.cell = cellOf(hidden);
    this.#forgetBias = forgetBias(hidden, directions);
    this.up = new CausalConv({ inputs: hidden, outputs: 2 * hidden, kernel: 1, type: "B", colours });
  }

  forward(x: Tensor, context: PixelContext): Tensor {
    const seen = this.gates.forward(x, context).add(this.#forgetBias);
    const gates = this.condition === undefined ? seen : seen.add(this.condition.forward(context.label!));
    return x.add(this.up.forward(run(this.cell, gates, context.visit)[0]!, context));
  }
}
