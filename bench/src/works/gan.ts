/**
 * @file GANs: a step is an update of the discriminator, then one of the generator, each on noise of its own from N(0, I), Adam
 * for both; non-saturating losses, or Wasserstein's with a gradient penalty. Dense ones: ReLU in the generator, leaky ReLU (0.2)
 * in the discriminator, nothing after the last. DCGAN: 4×4 kernels with stride 2; a dense layer before the generator's and after
 * the discriminator's; batch normalisation in both but for the discriminator's first layer, whose scales start at 1; pictures
 * and tanh in [−1, 1].
 */
import { blobs } from "../random.js";
import { dense, glorot, type DuelWork, type Param } from "../work.js";

export interface DenseGanSizes {
  readonly data: readonly [number];
  /** Of the generator; the discriminator's are the same, reversed. */
  readonly hidden: readonly number[];
  readonly latent: number;
  /** Weight of the gradient penalty of Wasserstein's losses; 0 for non-saturating ones. */
  readonly penalty: number;
  readonly batch: number;
  readonly rows: number;
}

const shared = { data: [784], hidden: [256, 256], latent: 64, batch: 128, rows: 4096 } as const;
export const ganDense: DenseGanSizes = { ...shared, penalty: 0 };
export const ganPenalty: DenseGanSizes = { ...shared, penalty: 10 };
export const ganDcgan = { data: [3, 32, 32], channels: [32, 64, 128], latent: 64, batch: 64, rows: 1024 } as const;

/** After their first steps the noise of each side decides how games go on. */
const compared = { first: 1, within: 0.15 };
/** Scores begin so near 0 that some more steps tell more. */
const comparedScores = { first: 16, within: 0.15 };

export const gans: readonly DuelWork[] = [
  {
    kind: "duel",
    id: "gan-dense",
    title: "dense GAN 64-256-256-784, batch 128, both players, Adam",
    sizes: ganDense,
    params: denseParams,
    rows: (random) => blobs(ganDense, random),
    steps: 128,
    opponents: [{ peer: "torch", target: 1.5, steps: 128 }],
    compared,
  },
  {
    kind: "duel",
    id: "gan-wgan-gp",
    title: "the same as WGAN-GP: gradients of gradients",
    sizes: ganPenalty,
    params: denseParams,
    rows: (random) => blobs(ganPenalty, random),
    steps: 96,
    opponents: [{ peer: "torch", target: 1, steps: 96 }],
    compared: comparedScores,
  },
  {
    kind: "duel",
    id: "gan-dcgan",
    title: "DCGAN 3×32×32, 32-64-128 channels, batch 64, both players, Adam",
    sizes: ganDcgan,
    params: dcganParams,
    rows: (random) => blobs(ganDcgan, random),
    steps: 16,
    opponents: [{ peer: "torch", target: 0.7, steps: 16 }],
    compared,
  },
];

function denseParams(): Param[] {
  const {
    data: [features],
    hidden,
    latent,
  } = shared;
  const layers = (widths: readonly number[], name: (i: number) => string): Param[] =>
    widths.slice(1).flatMap((width, i) => dense(name(i), widths[i]!, width));
  const down = [features, ...[...hidden].reverse(), 1];
  return [
    ...layers([latent, ...hidden, features], (i) => `generator.net.layers.${i}`),
    ...layers(down, (i) => `discriminator.net.${i === down.length - 2 ? "head" : `trunk.layers.${i}`}`),
  ];
}

/** Scales and shifts of the normalisations start at 1 and 0 on every side. A layer before one has no bias. */
function dcganParams(): Param[] {
  const {
    data: [depth, height, width],
    channels,
    latent,
  } = ganDcgan;
  const shrink = 2 ** channels.length;
  const flat = (channels.at(-1)! * height * width) / shrink ** 2;
  const levels = [depth, ...channels];
  const ups = [...levels].reverse();
  const zeros = (name: string, size: number): Param => ({ name: `${name}.bias`, shape: [size], start: { value: 0 } });
  const conv = (name: string, first: number, second: number): Param => ({
    name: `${name}.weight`,
    shape: [first, second, 4, 4],
    start: glorot(second * 16, first * 16),
  });
  return [
    { name: "generator.net.foot.weight", shape: [latent, flat], start: glorot(latent, flat) },
    ...channels.map((_, i) => conv(`generator.net.convs.${i}`, ups[i]!, ups[i + 1]!)),
    zeros(`generator.net.convs.${channels.length - 1}`, depth),
    conv("discriminator.net.trunk.convs.0", levels[1]!, depth),
    zeros("discriminator.net.trunk.convs.0", levels[1]!),
    ...channels.slice(1).map((out, i) => conv(`discriminator.net.trunk.convs.${i + 1}`, out, levels[i + 1]!)),
    ...dense("discriminator.net.head", flat, 1),
  ];
}
