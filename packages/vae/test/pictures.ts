/** @file Models and pictures small enough for the float64 reference. */
import { arrays, ndarray, uniformDraws, key, type Dataset, type NdArray } from "@gen/core";
import {
  convolutional,
  dense,
  Vae,
  type Architecture,
  type LatentModel,
  type LikelihoodName,
  type VaeOptions,
} from "../src/index.js";

export const SHAPE = [1, 4, 4];
const PIXELS = 16;

export const architectures: Readonly<Record<string, () => Architecture>> = {
  dense: () => dense({ hidden: [6], activation: "silu" }),
  convolutional: () => convolutional({ channels: [3, 4], activation: "silu" }),
};

/** A tiny model of one kind. */
export function tinyVae(options: Partial<VaeOptions> = {}): Vae {
  return new Vae({ shape: SHAPE, latentDim: 2, architecture: architectures["dense"]!(), ...options });
}

/** Every kind of model there is: two architectures, three likelihoods, with classes and without. */
export const variants = Object.entries(architectures).flatMap(([network, architecture]) =>
  (["bernoulli", "gaussian", "discretisedLogistic"] satisfies LikelihoodName[]).flatMap((likelihood) =>
    [0, 3].map((classes) => ({
      name: `${network}, ${likelihood}${classes > 0 ? ", conditional" : ""}`,
      make: ({ small } = { small: false }) =>
        tinyVae({ architecture: architecture(), likelihood, classes, latentDim: small ? 1 : 2 }),
    })),
  ),
);

/** n pictures as bytes. */
export function bytes(n: number, seed = 0): NdArray<"u8"> {
  return ndarray(
    Uint8Array.from(uniformDraws(key(seed), n * PIXELS), (u) => Math.floor(u * 256)),
    [n, ...SHAPE],
    "u8",
  );
}

/** The same pictures as intensities in [0, 1]. */
export function intensities(n: number, seed = 0): NdArray<"f32"> {
  return ndarray(
    Float32Array.from(bytes(n, seed).data, (v) => v / 255),
    [n, ...SHAPE],
  );
}

/** One picture n times. */
export function copies(n: number, seed = 0): NdArray<"f32"> {
  const { data } = intensities(1, seed);
  return ndarray(
    Float32Array.from({ length: n * PIXELS }, (_, i) => data[i % PIXELS]!),
    [n, ...SHAPE],
  );
}

/** Pictures, and a label for each where the model wants one. */
export function labelled(vae: LatentModel, x: NdArray, label?: (row: number) => number): Record<string, NdArray> {
  return { x, ...labelsOf(vae, x.shape[0]!, label) };
}

/** A label for each row where the model wants one. */
export function labelsOf(
  vae: LatentModel,
  rows: number,
  label = (row: number) => row % vae.classes,
): Record<string, NdArray> {
  if (vae.classes === 0) return {};
  const labels = Array.from({ length: rows }, (_, i) => label(i));
  return { label: ndarray(labels, [rows], "i32") };
}

/** Pictures with little in them: one bright row or column, with some noise; the label says which of the two. */
export function bars(rows = 64): Dataset {
  const u = uniformDraws(key(7), rows * (PIXELS + 1));
  const label = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const x = Uint8Array.from({ length: rows * PIXELS }, (_, i) => {
    const row = Math.floor(i / PIXELS);
    const place = Math.floor(u[rows * PIXELS + row]! * 4);
    const at = label[row] === 0 ? Math.floor((i % PIXELS) / 4) : i % 4;
    return (at === place ? 200 : 0) + Math.floor(u[i]! * 50);
  });
  return arrays({ x: ndarray(x, [rows, ...SHAPE], "u8"), label: ndarray(label, [rows], "i32") });
}
