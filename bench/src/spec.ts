/**
 * @file What exactly is timed, in one place. Every side reads `spec.json`, in TypeScript or in Python, and the same
 * files of weights and pictures (`fixtures.ts`), so that no side can quietly do less than another.
 *
 * Both VAEs: ReLU between layers, none after the last; the encoder's output is [mu | logVar]; z = mu + exp(logVar / 2)·eps;
 * loss = mean over the batch of the Bernoulli cross-entropy with logits, summed over pixels, plus KL(q(z|x) ‖ N(0, I)).
 * `mlp-50`, where the many small operations and not the products take the time: h = relu(x W + b), then h ← h + relu(h W + b) / layers
 * for each layer between the first and the last; the loss is that cross-entropy of the last layer's output and x.
 * GANs: a step is an update of the discriminator, then one of the generator, each on noise of its own from N(0, I), Adam for both;
 * non-saturating losses, or Wasserstein's with a gradient penalty. Dense ones: ReLU in the generator, leaky ReLU (0.2) in the
 * discriminator, nothing after the last. DCGAN: 4×4 kernels with stride 2; a dense layer before the generator's and after the
 * discriminator's; batch normalisation in both but for the discriminator's first layer, whose scales start at 1; pictures and tanh
 * in [−1, 1].
 * Dense weights are [in, out]; convolutions [out, in, k, k]; transposed convolutions [in, out, k, k].
 */
import { readFileSync } from "node:fs";

export interface DenseSpec {
  readonly data: readonly [number];
  readonly hidden: number;
  readonly latent: number;
  readonly batch: number;
  readonly rows: number;
}

export interface ConvSpec {
  /** [C, H, W] */
  readonly data: readonly [number, number, number];
  /** Channels after each stride-2 convolution; the decoder mirrors them with transposed convolutions. */
  readonly channels: readonly number[];
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly latent: number;
  readonly batch: number;
  readonly rows: number;
}

export interface DeepSpec {
  readonly data: readonly [number];
  readonly width: number;
  /** Linear layers in all. */
  readonly layers: number;
  readonly batch: number;
  readonly rows: number;
}

export interface DenseGanSpec {
  readonly data: readonly [number];
  /** Of the generator; the discriminator's are the same, reversed. */
  readonly hidden: readonly number[];
  readonly latent: number;
  /** Weight of the gradient penalty of Wasserstein's losses; 0 for non-saturating ones. */
  readonly penalty: number;
  readonly batch: number;
  readonly rows: number;
}

export interface DcganSpec {
  readonly data: readonly [number, number, number];
  readonly channels: readonly number[];
  readonly latent: number;
  readonly batch: number;
  readonly rows: number;
}

export interface Spec {
  readonly adam: {
    readonly learningRate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
  };
  readonly "vae-dense": DenseSpec;
  readonly "vae-conv": ConvSpec;
  readonly "mlp-50": DeepSpec;
  readonly "gan-dense": DenseGanSpec;
  readonly "gan-wgan-gp": DenseGanSpec;
  readonly "gan-dcgan": DcganSpec;
  readonly "graph-12x768": {
    readonly layers: number;
    readonly width: number;
    readonly heads: number;
    readonly context: number;
    readonly batch: number;
    /** What it may take. */
    readonly seconds: number;
  };
  /** Steps before the first look at the memory, and steps in each look. */
  readonly memory: { readonly after: number; readonly window: number };
}

/** A model that is trained on both sides. */
export type TrainedWork = "vae-dense" | "vae-conv" | "mlp-50" | "gan-dense" | "gan-wgan-gp" | "gan-dcgan";

export const spec = JSON.parse(readFileSync(new URL("../spec.json", import.meta.url), "utf8")) as Spec;

export interface ParamSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Fan-in and fan-out of the Glorot initialiser; biases have none and start at 0. */
  readonly fans?: readonly [number, number];
}

/** Every parameter of a model, in the order in which the weights file holds them. */
export function paramsOf(work: TrainedWork): ParamSpec[] {
  return listed[work]();
}

const listed: { readonly [W in TrainedWork]: () => ParamSpec[] } = {
  "vae-dense": () => denseParams(spec["vae-dense"]),
  "vae-conv": () => convParams(spec["vae-conv"]),
  "mlp-50": () => deepParams(spec["mlp-50"]),
  "gan-dense": () => denseGanParams(spec["gan-dense"]),
  "gan-wgan-gp": () => denseGanParams(spec["gan-wgan-gp"]),
  "gan-dcgan": () => dcganParams(spec["gan-dcgan"]),
};

function deepParams({ data: [features], width, layers }: DeepSpec): ParamSpec[] {
  const between = Array.from({ length: layers - 2 }, (_, i) => dense(`blocks.${i}`, width, width));
  return [...dense("first", features, width), ...between.flat(), ...dense("last", width, features)];
}

function denseGanParams({ data: [features], hidden, latent }: DenseGanSpec): ParamSpec[] {
  const layers = (widths: readonly number[], name: (i: number) => string): ParamSpec[] =>
    widths.slice(1).flatMap((width, i) => dense(name(i), widths[i]!, width));
  const down = [features, ...[...hidden].reverse(), 1];
  return [
    ...layers([latent, ...hidden, features], (i) => `generator.net.layers.${i}`),
    ...layers(down, (i) => `discriminator.net.${i === down.length - 2 ? "head" : `trunk.layers.${i}`}`),
  ];
}

/** Scales and shifts of the normalisations start at 1 and 0 on every side. A layer before one has no bias. */
function dcganParams({ data: [depth, height, width], channels, latent }: DcganSpec): ParamSpec[] {
  const shrink = 2 ** channels.length;
  const flat = (channels.at(-1)! * height * width) / shrink ** 2;
  const levels = [depth, ...channels];
  const ups = [...levels].reverse();
  const conv = (name: string, [first, second]: readonly [number, number]): ParamSpec => ({
    name: `${name}.weight`,
    shape: [first, second, 4, 4],
    fans: [second * 16, first * 16],
  });
  return [
    { name: "generator.net.foot.weight", shape: [latent, flat], fans: [latent, flat] },
    ...channels.map((_, i) => conv(`generator.net.convs.${i}`, [ups[i]!, ups[i + 1]!])),
    { name: `generator.net.convs.${channels.length - 1}.bias`, shape: [depth] },
    conv("discriminator.net.trunk.convs.0", [levels[1]!, depth]),
    { name: "discriminator.net.trunk.convs.0.bias", shape: [levels[1]!] },
    ...channels.slice(1).map((out, i) => conv(`discriminator.net.trunk.convs.${i + 1}`, [out, levels[i + 1]!])),
    ...dense("discriminator.net.head", flat, 1),
  ];
}

function denseParams({ data: [features], hidden, latent }: DenseSpec): ParamSpec[] {
  return [
    ...dense("encoder.hidden", features, hidden),
    ...dense("encoder.out", hidden, 2 * latent),
    ...dense("decoder.hidden", latent, hidden),
    ...dense("decoder.out", hidden, features),
  ];
}

function convParams({ data: [depth, height, width], channels, kernel, stride, latent }: ConvSpec): ParamSpec[] {
  const area = kernel * kernel;
  const levels = [depth, ...channels];
  const flat = (height / stride ** channels.length) * (width / stride ** channels.length) * levels.at(-1)!;
  const down = channels.flatMap((out, i): ParamSpec[] => [
    {
      name: `encoder.convs.${i}.weight`,
      shape: [out, levels[i]!, kernel, kernel],
      fans: [levels[i]! * area, out * area],
    },
    { name: `encoder.convs.${i}.bias`, shape: [out] },
  ]);
  const up = [...channels].reverse().flatMap((input, i): ParamSpec[] => {
    const out = levels[channels.length - 1 - i]!;
    return [
      { name: `decoder.convs.${i}.weight`, shape: [input, out, kernel, kernel], fans: [input * area, out * area] },
      { name: `decoder.convs.${i}.bias`, shape: [out] },
    ];
  });
  return [...down, ...dense("encoder.out", flat, 2 * latent), ...dense("decoder.input", latent, flat), ...up];
}

function dense(name: string, inputs: number, outputs: number): ParamSpec[] {
  return [
    { name: `${name}.weight`, shape: [inputs, outputs], fans: [inputs, outputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ];
}
