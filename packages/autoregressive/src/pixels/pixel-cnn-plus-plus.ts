/** @file PixelCNN++ (Salimans, Karpathy, Chen & Kingma 2017, arXiv:1701.05517). */
import { concat, full, GenError, showShape, type Tensor } from "@gen/core";
import { Conv2d, elu, weightNorm } from "@gen/core/nn";
import { GatedResidual, pointwise } from "./gated-residual.js";
import { logisticMixture, type PixelLaw } from "./law.js";
import type { PixelContext, PixelNetwork, PixelSizes } from "./network.js";
import { PixelModel, type PixelModelOptions } from "./pixel-model.js";
import { down, right, ShiftedConv, ShiftedEnlarging } from "./shifted-conv.js";

export interface PixelCnnPlusPlusOptions extends PixelModelOptions {
  /** What a pixel is drawn from, its channels by one law. @default logisticMixture({ channels }), as many as the shape has */
  readonly law?: PixelLaw;
  /** Channels of both streams; the paper has 160. @default 64 */
  readonly channels?: number;
  /** Residual blocks at each size, on the way down; on the way up one more but for the smallest. The paper has 5. @default 2 */
  readonly blocks?: number;
  /** Sizes, each half of the one before. @default 3 */
  readonly scales?: number;
  /** Share of the channels inside a block dropped in training; the paper drops half. @default 0 */
  readonly dropout?: number;
}

/**
 * Two streams, of what lies above and of what lies above or to the left, go through smaller and smaller sizes and back,
 * with short-cuts between equal sizes. It looks at whole pictures also to draw: a forward pass for each pixel.
 *
 * @throws GenError `shape` for pictures that cannot be halved so often, `option` for a law that needs colours told apart
 */
export function pixelCnnPlusPlus({
  channels = 64,
  blocks = 2,
  scales = 3,
  dropout = 0,
  law,
  ...rest
}: PixelCnnPlusPlusOptions): PixelModel {
  const own = { channels, blocks, scales, dropout };
  const of = law ?? logisticMixture({ channels: rest.shape[0] ?? 1 });
  return new PixelModel({ ...rest, law: of }, (sizes) => new PixelCnnPlusPlus({ ...sizes, ...own }));
}

type Sizes = PixelSizes & Required<Omit<PixelCnnPlusPlusOptions, keyof PixelModelOptions>>;

class PixelCnnPlusPlus implements PixelNetwork {
  readonly first: FirstLayer;
  readonly falling: readonly (readonly Pair[])[];
  readonly smaller: readonly Resized[];
  readonly rising: readonly (readonly Pair[])[];
  readonly larger: readonly Resized[];
  readonly last: Conv2d;
  readonly visitsPixels = false;

  constructor({ shape, law, classes, channels, blocks, scales, dropout }: Sizes) {
    for (const [name, value] of Object.entries({ channels, blocks, scales }))
      if (!Number.isInteger(value) || value < 1)
        throw new GenError("range", `pixelCnnPlusPlus: expected ${name} ≥ 1, got ${value}`);
    const unit = 2 ** (scales - 1);
    if (shape.slice(1).some((extent) => extent % unit !== 0))
      throw new GenError(
        "shape",
        `pixelCnnPlusPlus: expected extents that ${unit} divides, for ${scales} scales, got ${showShape(shape)}`,
        { fix: "set fewer scales" },
      );
    if (law.colours > 1)
      throw new GenError("option", "pixelCnnPlusPlus: expected a law of whole pixels, got one of colours in turn", {
        fix: "logisticMixture",
      });
    const pair = (shortcut: boolean): Pair => pairOf({ channels, classes, dropout, shortcut });
    const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
    this.first = new FirstLayer(shape[0]!, channels);
    this.falling = many(scales, () => many(blocks, () => pair(false)));
    this.smaller = many(scales - 1, () => resizing(ShiftedConv, channels));
    this.rising = Array.from({ length: scales }, (_, s) => many(s === 0 ? blocks : blocks + 1, () => pair(true)));
    this.larger = many(scales - 1, () => resizing(ShiftedEnlarging, channels));
    this.last = pointwise(channels, law.params);
  }

  forward(y: Tensor, context: PixelContext): Tensor {
    let streams = this.first.forward(y); // above, left: [N, channels, H, W]
    const shortcuts = [streams];
    this.falling.forEach((pairs, s) => {
      for (const pair of pairs) shortcuts.push((streams = through(pair, streams, { context })));
      const resized = this.smaller[s];
      if (resized !== undefined) shortcuts.push((streams = resize(resized, streams)));
    });
    streams = shortcuts.pop()!;
    this.rising.forEach((pairs, s) => {
      for (const pair of pairs) streams = through(pair, streams, { context, shortcut: shortcuts.pop()! });
      const resized = this.larger[s];
      if (resized !== undefined) streams = resize(resized, streams);
    });
    return this.last.forward(elu(streams.left));
  }
}

/** What is known of the rows above each pixel, and of all pixels before it. */
interface Streams {
  readonly above: Tensor;
  readonly left: Tensor;
}

/** A block for each stream; the second is told what the first made. */
type Pair = { readonly [S in keyof Streams]: GatedResidual };

type Resized = { readonly [S in keyof Streams]: ShiftedConv | ShiftedEnlarging };

interface PairOptions {
  readonly channels: number;
  readonly classes: number;
  readonly dropout: number;
  readonly shortcut: boolean;
}

function pairOf({ channels, classes, dropout, shortcut }: PairOptions): Pair {
  const own = { channels, classes, dropout };
  return {
    above: new GatedResidual({ ...own, sees: "down", told: shortcut ? channels : 0 }),
    left: new GatedResidual({ ...own, sees: "down-right", told: shortcut ? 2 * channels : channels }),
  };
}

function through(
  pair: Pair,
  x: Streams,
  { context, shortcut }: { readonly context: PixelContext; readonly shortcut?: Streams },
): Streams {
  const above = pair.above.forward(x.above, shortcut?.above, context);
  const told = shortcut === undefined ? above : concat([above, shortcut.left], 1);
  return { above, left: pair.left.forward(x.left, told, context) };
}

function resizing(Kind: typeof ShiftedConv | typeof ShiftedEnlarging, channels: number): Resized {
  const ends = { inputs: channels, outputs: channels, stride: 2 } as const;
  return { above: new Kind({ ...ends, sees: "down" }), left: new Kind({ ...ends, sees: "down-right" }) };
}

function resize(resized: Resized, { above, left }: Streams): Streams {
  return { above: resized.above.forward(above), left: resized.left.forward(left) };
}

/** Both streams from the picture, which is not seen at the place itself. A channel of ones tells it from what lies outside. */
class FirstLayer {
  readonly above: ShiftedConv;
  readonly rowAbove: Conv2d;
  readonly columnLeft: Conv2d;

  constructor(inputs: number, channels: number) {
    const ends = { inputs: inputs + 1, outputs: channels, weightMap: weightNorm() };
    this.above = new ShiftedConv({ ...ends, sees: "down" });
    this.rowAbove = new Conv2d({ ...ends, kernel: [1, 3] });
    this.columnLeft = new Conv2d({ ...ends, kernel: [2, 1] });
  }

  forward(y: Tensor): Streams {
    const [N, , H, W] = y.shape as [number, number, number, number];
    const x = concat([y, full([N, 1, H, W], 1)], 1);
    const row = down(this.rowAbove.forward(x.pad([0, 0, 0, 1], [0, 0, 0, 1])));
    const column = right(this.columnLeft.forward(x.pad([0, 0, 1, 0], [0, 0, 0, 0])));
    return { above: down(this.above.forward(x)), left: row.add(column) };
  }
}
