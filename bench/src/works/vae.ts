/**
 * @file VAEs: ReLU between layers, none after the last; the encoder's output is [mu | logVar]; z = mu + exp(logVar / 2)·eps;
 * loss = mean over the batch of the Bernoulli cross-entropy with logits, summed over pixels, plus KL(q(z|x) ‖ N(0, I)).
 * Convolutions are [out, in, k, k], transposed ones [in, out, k, k].
 */
import { blobs } from "../random.js";
import { dense, glorot, type DuelWork, type Param } from "../work.js";

export const vaeDense = { data: [784], hidden: 400, latent: 20, batch: 128, rows: 4096 } as const;

export const vaeConv = {
  data: [3, 32, 32],
  /** After each stride-2 convolution; the decoder mirrors them with transposed convolutions. */
  channels: [32, 64, 128],
  kernel: 4,
  stride: 2,
  padding: 1,
  latent: 64,
  batch: 64,
  rows: 1024,
} as const;

export const vaes: readonly DuelWork[] = [
  {
    kind: "duel",
    id: "vae-dense",
    title: "VAE 784-400-20, batch 128, Adam",
    sizes: vaeDense,
    params: denseParams,
    rows: (random) => blobs(vaeDense, random),
    steps: 192,
    opponents: [
      { peer: "torch", target: 1.2, steps: 192 },
      { peer: "jax-js", target: 5, steps: 40 },
      { peer: "tfjs-wasm", target: 15, steps: 15 },
    ],
  },
  {
    kind: "duel",
    id: "vae-conv",
    title: "convolutional VAE, 3×32×32, batch 64, Adam",
    sizes: vaeConv,
    params: convParams,
    rows: (random) => blobs(vaeConv, random),
    steps: 32,
    opponents: [
      { peer: "torch", target: 0.7, steps: 32 },
      { peer: "tfjs-cpu", target: 100, steps: 1 },
    ],
  },
];

function denseParams(): Param[] {
  const {
    data: [features],
    hidden,
    latent,
  } = vaeDense;
  return [
    ...dense("encoder.hidden", features, hidden),
    ...dense("encoder.out", hidden, 2 * latent),
    ...dense("decoder.hidden", latent, hidden),
    ...dense("decoder.out", hidden, features),
  ];
}

function convParams(): Param[] {
  const {
    data: [depth, height, width],
    channels,
    kernel,
    stride,
    latent,
  } = vaeConv;
  const area = kernel * kernel;
  const levels = [depth, ...channels];
  const flat = (height / stride ** channels.length) * (width / stride ** channels.length) * levels.at(-1)!;
  const conv = (name: string, [first, second, out]: readonly [number, number, number]): Param[] => [
    { name: `${name}.weight`, shape: [first, second, kernel, kernel], start: glorot(first * area, second * area) },
    { name: `${name}.bias`, shape: [out], start: { value: 0 } },
  ];
  const down = channels.flatMap((out, i) => conv(`encoder.convs.${i}`, [out, levels[i]!, out]));
  const up = [...channels].reverse().flatMap((input, i) => {
    const out = levels[channels.length - 1 - i]!;
    return conv(`decoder.convs.${i}`, [input, out, out]);
  });
  return [...down, ...dense("encoder.out", flat, 2 * latent), ...dense("decoder.input", latent, flat), ...up];
}
