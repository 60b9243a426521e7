/** @file What a pixel is drawn from: the law of its value, given numbers that a network makes of the pixels before it. */
import { GenError, type Tensor } from "@gen/core";
import { bernoulli, categorical, discretisedLogisticMixture, type InvertedLaw } from "@gen/core/prob";

/** A family of laws for the pixels of a picture. */
export interface PixelLaw {
  /** C: values of a pixel. */
  readonly channels: number;
  /** P: numbers that a network gives for each pixel; of C blocks in the order of the channels, where `colours` is C. */
  readonly params: number;
  /** How many of the channels are told apart by masks in the network: C, or 1 for a law that couples them itself. */
  readonly colours: number;
  /** What the parameters are, for the card of an exported model. */
  readonly about: string;
  /** Intensities in [0, 1] to what the network sees and the law is about: [N, C, H, W]. */
  encode(x: Tensor): Tensor;
  /** The way back, up to what encode rounds. */
  decode(y: Tensor): Tensor;
  /** The law of encoded pixels [N, C, …S] with parameters [N, P, …S]: one event for each row. */
  of(params: Tensor): InvertedLaw;
}

/** Pixels that are black or white, one channel: p(x = 1) = σ(params). An intensity above ½ counts as 1. */
export function binary(): PixelLaw {
  return {
    channels: 1,
    params: 1,
    colours: 1,
    about: "log-odds that a pixel is 1, given the pixels before it",
    encode: (x) => x.greater(0.5).cast("f32"),
    decode: (y) => y,
    of: (params) => bernoulli({ logits: params, eventDims: params.rank - 1 }),
  };
}

export interface LevelsOptions {
  /** C. @default 1 */
  readonly channels?: number;
  /** Values of each channel, evenly spaced from 0 to 1. @default 256 */
  readonly levels?: number;
}

/**
 * Each channel one of so many levels, by a softmax of its own, which masks let see the channels before it in the pixel.
 *
 * @throws GenError `range` for less than one channel or two levels
 * @see van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", §2.2. arXiv:1601.06759
 */
export function softmaxLevels({ channels = 1, levels = 256 }: LevelsOptions = {}): PixelLaw {
  checkWhole("softmaxLevels", { channels: [channels, 1], levels: [levels, 2] });
  const top = levels - 1;
  return {
    channels,
    params: channels * levels,
    colours: channels,
    about: `for each channel, log-probabilities (up to a constant) of its ${levels} levels, given what comes before`,
    ...evenly(top),
    of(params) {
      const [N, , ...space] = params.shape as [number, number, ...number[]];
      const last = [...space.map((_, i) => i + 3), 2];
      const logits = params.reshape([N, channels, levels, ...space]).transpose([0, 1, ...last]); // [N, C, …S, levels]
      const law = categorical({ logits, eventDims: 1 + space.length });
      const levelOf = (y: Tensor): Tensor =>
        y
          .add(1)
          .mul(top / 2)
          .add(0.5)
          .floor()
          .cast("i32");
      return {
        eventDims: law.eventDims,
        logProb: (y) => law.logProb(levelOf(y)),
        outside: (y, key) => law.outside(levelOf(y), key),
        sample: (key) =>
          law
            .sample(key)
            .cast("f32")
            .mul(2 / top)
            .sub(1),
      };
    },
  };
}

export interface LogisticMixtureOptions extends LevelsOptions {
  /** K. @default 10 */
  readonly components?: number;
}

/**
 * A mixture of logistic laws rounded to levels; the means of later channels follow the values of earlier ones, by
 * coefficients within [−1, 1]. The network sees whole pixels.
 *
 * @throws GenError `range` for less than one channel or component, or two levels
 * @see Salimans, Karpathy, Chen & Kingma 2017, "PixelCNN++", §2.1 and §2.2. arXiv:1701.05517
 */
export function logisticMixture({
  channels = 1,
  levels = 256,
  components = 10,
}: LogisticMixtureOptions = {}): PixelLaw {
  checkWhole("logisticMixture", { channels: [channels, 1], levels: [levels, 2], components: [components, 1] });
  const pairs = (channels * (channels - 1)) / 2;
  const K = components;
  return {
    channels,
    params: K * (1 + 2 * channels + pairs),
    colours: 1,
    about: `of ${K} components: log-weights, means, log-scales and coefficients between channels, on [−1, 1]`,
    ...evenly(levels - 1),
    of(params) {
      const [N, , ...space] = params.shape as [number, number, ...number[]];
      const sizes = [K, K * channels, K * channels, ...(pairs > 0 ? [K * pairs] : [])];
      const [logits, mean, logScale, coefficients] = params.split(sizes, 1) as [Tensor, Tensor, Tensor, Tensor?];
      const each = (of: Tensor, count: number): Tensor => of.reshape([N, K, count, ...space]);
      return discretisedLogisticMixture({
        logits,
        mean: each(mean, channels),
        logScale: each(logScale, channels),
        ...(coefficients === undefined ? {} : { coefficients: each(coefficients, pairs).tanh() }),
        ...{ levels, low: -1, high: 1 },
      });
    },
  };
}

/** Between intensities and levels on [−1, 1]: encode rounds to the nearest of top + 1 levels. */
function evenly(top: number): Pick<PixelLaw, "encode" | "decode"> {
  return {
    encode: (x) =>
      x
        .mul(top)
        .add(0.5)
        .floor()
        .maximum(0)
        .minimum(top)
        .mul(2 / top)
        .sub(1),
    decode: (y) => y.add(1).mul(0.5),
  };
}

function checkWhole(where: string, values: Readonly<Record<string, readonly [value: number, least: number]>>): void {
  for (const [name, [value, least]] of Object.entries(values)) {
    if (!Number.isInteger(value) || value < least)
      throw new GenError("range", `${where}: expected ${name} ≥ ${least}, got ${value}`);
  }
}
