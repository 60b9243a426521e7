/**
 * @file A probability of pictures by the chain rule over pixels in raster order, exact:
 *
 *     log p(x) = Σ_i log p(x_i | x_1 … x_{i−1})
 */
import { full, GenError, iota, scan, showShape, splitKey, type Scope, type Shape, type Tensor } from "@gen/core";
import { binary, type PixelLaw } from "./law.js";
import type { PixelContext, PixelNetwork, PixelSizes } from "./network.js";
import { samplePictures } from "./picture-by-picture.js";
import { sampleRowByRow } from "./row-by-row.js";

export interface PixelModelOptions {
  /** [C, H, W] of a picture. */
  readonly shape: Shape;
  /** What a pixel is drawn from. @default binary() */
  readonly law?: PixelLaw;
  /** Classes to condition on: batches have a field `label` [N] i32. @default 0 */
  readonly classes?: number;
}

/** What a picture model is trained or measured on. */
export interface PixelBatch {
  /** [N, C, H, W]: u8 from 0 to 255, or intensities in [0, 1]. */
  readonly x: Tensor;
  /** [N] i32, for a model with classes. */
  readonly label?: Tensor | undefined;
}

export interface PixelDraw extends PixelContext {
  /** [n, C, H, W] in [0, 1]: pictures whose first pixels are given, and how many of each, [n] i32. */
  readonly given?: { readonly x: Tensor; readonly known: Tensor } | undefined;
  /** Goes over the whole picture for each pixel, also where the network needs not: slow, the same draws. @default false */
  readonly recompute?: boolean | undefined;
}

/** Exact log p(x), samples, and completions of what is given. Its parameters are those of its network. */
export class PixelModel {
  readonly network: PixelNetwork;
  readonly #sizes: PixelSizes;

  /** @throws GenError `shape` or `range` for sizes that cannot be */
  constructor(
    { shape, law = binary(), classes = 0 }: PixelModelOptions,
    makeNetwork: (sizes: PixelSizes) => PixelNetwork,
  ) {
    if (shape.length !== 3 || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
      throw new GenError("shape", `PixelModel: expected pictures [C, H, W], got ${showShape(shape)}`);
    }
    if (shape[0] !== law.channels) {
      throw new GenError(
        "shape",
        `PixelModel: expected ${law.channels} channels as of the law, got ${showShape(shape)}`,
      );
    }
    if (!Number.isInteger(classes) || classes < 0) {
      throw new GenError("range", `PixelModel: expected classes ≥ 0, got ${classes}`);
    }
    this.#sizes = { shape, law, classes };
    this.network = makeNetwork(this.#sizes);
  }

  get shape(): Shape {
    return this.#sizes.shape;
  }
  get law(): PixelLaw {
    return this.#sizes.law;
  }
  get classes(): number {
    return this.#sizes.classes;
  }
  /** Numbers in one picture. */
  get dims(): number {
    return this.shape.reduce((a, b) => a * b);
  }

  /** Parameters of each pixel's law given the pixels before it. @returns [N, P, H, W] */
  params(batch: PixelBatch, scope: Scope): Tensor {
    return this.network.forward(this.#encoded(batch.x), this.#context(batch.label, scope));
  }

  /** log p(x) of each row, in nats. @returns [N] */
  logProb(batch: PixelBatch, scope: Scope): Tensor {
    return this.law.of(this.params(batch, scope)).logProb(this.#encoded(batch.x));
  }

  /** −log p(x), mean over rows, in nats: what is minimised. */
  loss(batch: PixelBatch, scope: Scope): Tensor {
    return this.logProb(batch, scope).mean().neg();
  }

  /**
   * n pictures, one pixel after the other, in a loop inside the graph; pixels that are given stay as they are.
   *
   * @returns [n, C, H, W], intensities in [0, 1]
   */
  sample(n: number, { scope, label, given, recompute = false }: PixelDraw): Tensor {
    const { network, law } = this;
    const shape = [n, ...this.shape];
    const [, height, width] = this.shape as [number, number, number];
    const order = iota(height * width, "i32").reshape([1, 1, height, width]);
    const isKnown = given?.known.reshape([n, 1, 1, 1]).greater(order);
    const start = given === undefined ? full(shape, 0) : isKnown!.where(this.#encoded(given.x), 0); // NaN may hide elsewhere
    const sampling = { network, law, key: scope.nextKey(), context: this.#context(label, scope), start };
    const draw = network.visitsPixels && !recompute ? sampleRowByRow : samplePictures;
    return law.decode(draw({ ...sampling, known: given?.known }));
  }

  /**
   * How far the uniform numbers of a draw under this scope lie outside of those of which each pixel of x is made, given the
   * pixels before it, and of pixels that are given how far x is from them. For x of {@link sample} it is what rounding is worth.
   *
   * @param x [n, C, H, W], intensities in [0, 1] @returns [n, H·W]
   */
  outside(x: Tensor, { scope, label, given }: Omit<PixelDraw, "recompute">): Tensor {
    const [n, , H, W] = x.shape as [number, number, number, number];
    const key = scope.nextKey();
    const y = this.#encoded(x);
    const inTurn = (t: Tensor): Tensor =>
      t
        .reshape([n, -1, H * W])
        .transpose([2, 0, 1])
        .unsqueeze(3); // [H·W, n, …, 1]
    const params = this.network.forward(y, this.#context(label, scope));
    const places = iota(H * W, "i32");
    const { ys } = scan({ carry: [], xs: [places, inTurn(y), inTurn(params)] }, (_, [place, own, at]) => ({
      carry: [],
      ys: [this.law.of(at!).outside(own!, splitKey(key, place!))],
    }));
    const all = ys[0]!.transpose();
    if (given === undefined) return all;
    const apart = inTurn(y.sub(this.#encoded(given.x)))
      .abs()
      .max([2, 3])
      .transpose(); //                              [n, H·W]
    return given.known.unsqueeze(1).lessEqual(places).where(all, apart);
  }

  #encoded(x: Tensor): Tensor {
    if (showShape(x.shape.slice(1)) !== showShape(this.shape)) {
      throw new GenError(
        "shape",
        `PixelModel: expected pictures [N, ${this.shape.join(", ")}], got ${showShape(x.shape)}`,
      );
    }
    return this.law.encode(x.dtype === "u8" ? x.cast("f32").mul(1 / 255) : x);
  }

  #context(label: Tensor | undefined, scope: Scope): PixelContext {
    if ((label === undefined) === (this.classes === 0)) return { scope, label };
    throw new GenError(
      "graph",
      this.classes === 0
        ? "PixelModel: expected no label, as the model has no classes, got one"
        : `PixelModel: expected a label (one of ${this.classes} classes), got none`,
    );
  }
}
