/** @file The models that come with the page: which row of `repro/` each is, and which of its files the page runs. */

export interface Shipped {
  /** The row whose committed weights it has. */
  readonly row: string;
  readonly files: readonly string[];
  /** Weights in f16 where that is needed to stay small. @default "f32" */
  readonly precision?: "f32" | "f16-weights";
}

/** By the name of the folder. */
export const SHIPPED = {
  "glyphs-vae": { row: "vae/glyphs/dense", files: ["decode", "encode"], precision: "f16-weights" },
  "mnist-gan": { row: "gan/mnist/parzen", files: ["generator"] },
  "mnist-diffusion": { row: "diffusion/mnist/fid", files: ["network"], precision: "f16-weights" },
  "checkerboard-flow": { row: "flow/toy/checkerboard", files: ["network", "decode"] },
  "rings-flow": { row: "flow/toy/rings", files: ["network", "decode"] },
  "moons-flow": { row: "flow/toy/two-moons", files: ["network", "decode"] },
  "shakespeare-gpt": { row: "ar/shakespeare/cpu", files: ["network"], precision: "f16-weights" },
  "bach-lstm": { row: "ar/jsb/nats", files: ["continue"] },
  "emoji-words": { row: "diffusion/emoji/words", files: ["network"], precision: "f16-weights" },
  "mnist-pixelcnn": { row: "ar/binarized-mnist/pixelcnn-small", files: ["network"] },
  "emoji-vq": { row: "vae/emoji/vq", files: ["sampler"] },
} as const satisfies Readonly<Record<string, Shipped>>;

export type ModelName = keyof typeof SHIPPED;

/** Bytes that one model may have, and all of them together. */
export const MOST_BYTES = { each: 3_000_000, all: 25_000_000 } as const;
