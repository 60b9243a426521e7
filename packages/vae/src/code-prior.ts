/**
 * @file A prior over grids of codes: what makes a quantized autoencoder a model that samples. The contract, and a gated
 * convolutional autoregressive model that fulfils it.
 * van den Oord et al. 2016, "Conditional Image Generation with PixelCNN Decoders". arXiv:1606.05328; several levels of
 * codes at a position follow each other as in Lee et al. 2022, arXiv:2203.01941, §3.2.
 */
import {
  constantInit,
  full,
  GenError,
  iota,
  param,
  scan,
  showShape,
  splitKey,
  stack,
  type Scope,
  type Shape,
  type Tensor,
} from "@gen/core";
import { Conv2d, Dropout, Embedding } from "@gen/core/nn";
import { categorical } from "@gen/core/prob";

/** What codes are predicted from, besides each other. */
export interface CodeContext {
  readonly scope: Scope;
  /** [N] i32, for a prior with classes. */
  readonly label?: Tensor | undefined;
}

export interface CodeSampling extends CodeContext {
  /** Logits are divided by it: below 1, likelier and less varied codes. @default 1 */
  readonly temperature?: number;
}

/** Sizes of the codes that a prior is about. */
export interface CodeSizes {
  /** [L, h, w]: levels of codes at each place of a grid. */
  readonly shape: Shape;
  /** K: each code is in [0, K). */
  readonly codes: number;
  /** Classes to condition on; 0 for none. */
  readonly classes: number;
}

/** A probability for grids of codes: any autoregressive model can be one. Its parameters are its public fields. */
export interface CodePrior extends CodeSizes {
  /** log p(codes | label) of each row, in nats. @param codes [N, L, h, w] i32 @returns [N] */
  logProb(codes: Tensor, context: CodeContext): Tensor;
  /** n draws. @returns [n, L, h, w] i32 */
  sample(n: number, context: CodeSampling): Tensor;
}

export interface GatedCodePriorOptions extends CodeSizes {
  /** Channels of both stacks. @default 64 */
  readonly channels?: number;
  /** Gated layers. @default 6 */
  readonly layers?: number;
  /** Extent of the kernels before they are cut in half: odd. @default 3 */
  readonly kernel?: number;
  /** Share of channels dropped in training. @default 0 */
  readonly dropout?: number;
}

/**
 * p(codes) = Π_i Π_l p(k_{i,l} | codes at places before i in raster order, k_{i,<l}), each factor by gated convolutions
 * that see only what comes before. A vertical stack sees all rows above and a horizontal one what lies to the left, so
 * there is no blind spot:
 *
 *     v' = gate(W_v ∗ v + c_v)        h' = h + W₁ gate(W_h ∗ h + W₂ (W_v ∗ v + c_v))        gate(a, b) = tanh a · σ(b)
 */
export class GatedCodePrior implements CodePrior {
  /** Of each level: what a code adds to the picture of the places after it. */
  readonly embeddings: readonly Embedding[];
  /** [channels, h, w]: what a place is like. */
  readonly place: Tensor;
  readonly layers: readonly GatedLayer[];
  /** Of each level but the last: what a code tells of the next levels at its own place. */
  readonly deeper: readonly Embedding[];
  readonly heads: readonly Head[];
  readonly #sizes: CodeSizes;

  /** @throws GenError `shape`, `range` or `option`, naming the option */
  constructor({ shape, codes, classes, channels = 64, layers = 6, kernel = 3, dropout = 0 }: GatedCodePriorOptions) {
    if (shape.length !== 3 || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
      throw new GenError("shape", `GatedCodePrior: expected codes [L, h, w], got ${showShape(shape)}`);
    }
    for (const [name, value, least] of [
      ["codes", codes, 1],
      ["classes", classes, 0],
      ["channels", channels, 1],
      ["layers", layers, 1],
      ["kernel", kernel, 3],
    ] as const) {
      if (!Number.isInteger(value) || value < least) {
        throw new GenError("range", `GatedCodePrior: expected ${name} ≥ ${least}, got ${value}`);
      }
    }
    if (kernel % 2 === 0) throw new GenError("option", `GatedCodePrior: expected an odd kernel, got ${kernel}`);
    const [levels, ...space] = shape as [number, number, number];
    this.#sizes = { shape, codes, classes };
    const table = (): Embedding => new Embedding({ count: codes, features: channels, std: 0.3 });
    this.embeddings = Array.from({ length: levels }, table);
    this.place = param([channels, ...space], constantInit(0));
    this.layers = Array.from(
      { length: layers },
      (_, i) => new GatedLayer({ channels, classes, kernel, dropout, isFirst: i === 0 }),
    );
    this.deeper = Array.from({ length: levels - 1 }, table);
    this.heads = Array.from({ length: levels }, () => new Head(channels, codes));
  }

  get shape(): Shape {
    return this.#sizes.shape;
  }
  get codes(): number {
    return this.#sizes.codes;
  }
  get classes(): number {
    return this.#sizes.classes;
  }

  /** Unnormalised log-probabilities of every code. @param codes [N, L, h, w] i32 @returns [N, L, h, w, K] */
  logits(codes: Tensor, context: CodeContext): Tensor {
    if (showShape(codes.shape.slice(1)) !== showShape(this.shape)) {
      throw new GenError(
        "shape",
        `GatedCodePrior: expected codes [N, ${this.shape.join(", ")}], got ${showShape(codes.shape)}`,
      );
    }
    let h = this.#before(codes, context); // [N, C, h, w]
    const levels = this.heads.map((head, l) => {
      const logits = head.forward(h).transpose([0, 2, 3, 1]); // [N, h, w, K]
      const deeper = this.deeper[l];
      if (deeper !== undefined) h = h.add(channelsFirst(deeper.forward(level(codes, l))));
      return logits;
    });
    return stack(levels, 1);
  }

  logProb(codes: Tensor, context: CodeContext): Tensor {
    return categorical({ logits: this.logits(codes, context), eventDims: 3 }).logProb(codes);
  }

  /**
   * One place after the other, in a loop inside the graph.
   *
   * @throws GenError `range` for a temperature that is not above 0
   */
  sample(n: number, { temperature = 1, ...context }: CodeSampling): Tensor {
    if (!(temperature > 0)) throw new GenError("range", `sample: expected temperature > 0, got ${temperature}`);
    const [levels, height, width] = this.shape as [number, number, number];
    const places = height * width;
    const key = context.scope.nextKey();
    const blank = full([n, levels, places], 0, "i32");
    const { carry } = scan({ carry: [blank], xs: [iota(places, "i32")] }, ([codes], [i]) => {
      const before = this.#before(codes!.reshape([n, ...this.shape]), context);
      let h = before.reshape([n, -1, places]).gather(i!, 2).reshape([n, -1, 1, 1]); // [n, C, 1, 1]
      const drawn = this.heads.map((head, l) => {
        const logits = head
          .forward(h)
          .reshape([n, this.codes])
          .mul(1 / temperature);
        const code = categorical({ logits }).sample(splitKey(splitKey(key, i!), l)); // [n]
        const deeper = this.deeper[l];
        if (deeper !== undefined) h = h.add(deeper.forward(code).reshape(h.shape));
        return code;
      });
      const isHere = iota(places, "i32").equal(i!); // [places]
      return { carry: [isHere.where(stack(drawn, 1).unsqueeze(2), codes!)] };
    });
    return carry[0]!.reshape([n, ...this.shape]);
  }

  /** At each place, what the places before it tell. [N, C, h, w] */
  #before(codes: Tensor, { label, scope }: CodeContext): Tensor {
    if ((label === undefined) !== (this.classes === 0)) {
      throw new GenError(
        "graph",
        this.classes === 0
          ? "GatedCodePrior: expected no label, as the prior has no classes, got one"
          : `GatedCodePrior: expected a label (one of ${this.classes} classes), got none`,
      );
    }
    const x = this.embeddings.map((table, l) => table.forward(level(codes, l))).reduce((a, b) => a.add(b));
    const start = channelsFirst(x).add(this.place);
    return this.layers.reduce<Stacks>((stacks, layer) => layer.forward(stacks, label, scope), { v: start, h: start }).h;
  }
}

interface Stacks {
  /** [N, C, h, w]: of the rows above (but for the first layer's input). */
  readonly v: Tensor;
  /** [N, C, h, w]: of all places before. */
  readonly h: Tensor;
}

interface GatedLayerOptions {
  readonly channels: number;
  readonly classes: number;
  readonly kernel: number;
  readonly dropout: number;
  /** Whether it must not see the place itself. */
  readonly isFirst: boolean;
}

/** A gated layer on both stacks. Kernels are cut off where they would look ahead, instead of being masked. */
class GatedLayer {
  readonly vertical: Conv2d;
  readonly across: Conv2d;
  readonly horizontal: Conv2d;
  readonly out: Conv2d;
  readonly condition: Embedding | undefined;
  readonly #options: GatedLayerOptions;
  readonly #dropout: Dropout;

  constructor(options: GatedLayerOptions) {
    const { channels, classes, kernel, dropout } = options;
    const half = (kernel + 1) / 2;
    const conv = (inputs: number, outputs: number, extent: readonly number[]): Conv2d =>
      new Conv2d({ inputs, outputs, kernel: extent });
    this.vertical = conv(channels, 2 * channels, [half, kernel]);
    this.across = conv(2 * channels, 2 * channels, [1, 1]);
    this.horizontal = conv(channels, 2 * channels, [1, half]);
    this.out = conv(channels, channels, [1, 1]);
    this.condition = classes === 0 ? undefined : new Embedding({ count: classes, features: 2 * channels, std: 0.1 });
    this.#options = options;
    this.#dropout = new Dropout({ rate: dropout });
  }

  forward({ v, h }: Stacks, label: Tensor | undefined, scope: Scope): Stacks {
    const { kernel, isFirst } = this.#options;
    const [, , height, width] = v.shape as [number, number, number, number];
    const [half, side] = [(kernel + 1) / 2, (kernel - 1) / 2];
    const back = isFirst ? half : half - 1; // one further back, so that the place itself is not seen
    let down = this.vertical.forward(v.pad([0, 0, back, side], [0, 0, 0, side])).slice(2, 0, height);
    if (this.condition !== undefined) down = down.add(this.condition.forward(label!).unsqueeze(2).unsqueeze(3));
    const left = this.horizontal.forward(h.pad([0, 0, 0, back], [0, 0, 0, 0])).slice(3, 0, width);
    const gated = this.#dropout.forward(gate(left.add(this.across.forward(down))), scope);
    const own = this.out.forward(gated);
    return { v: gate(down), h: isFirst ? own : h.add(own) };
  }
}

/** From what is known before a place to logits of its code. */
class Head {
  readonly hidden: Conv2d;
  readonly out: Conv2d;

  constructor(channels: number, codes: number) {
    this.hidden = new Conv2d({ inputs: channels, outputs: channels, kernel: 1 });
    this.out = new Conv2d({ inputs: channels, outputs: codes, kernel: 1 });
  }

  /** [N, C, h, w] → [N, K, h, w] */
  forward(h: Tensor): Tensor {
    return this.out.forward(this.hidden.forward(h.relu()).relu());
  }
}

/** tanh a · σ(b), a and b halves of the channels. */
function gate(x: Tensor): Tensor {
  const half = x.shape[1]! / 2;
  const [a, b] = x.split([half, half], 1) as [Tensor, Tensor];
  return a.tanh().mul(b.sigmoid());
}

/** One level of codes: [N, L, h, w] → [N, h, w] */
function level(codes: Tensor, l: number): Tensor {
  return codes.slice(1, l, l + 1).squeeze(1);
}

function channelsFirst(x: Tensor): Tensor {
  return x.transpose([0, 3, 1, 2]);
}
