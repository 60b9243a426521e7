/** @file Models with other priors, posteriors and layers of latents than the plain one, small enough for the float64 reference. */
import { softplus, type Tensor } from "@gen/core";
import type { Mapped, Transport } from "@gen/core/prob";
import {
  autoregressivePrior,
  dense,
  HierarchicalVae,
  iwae,
  mixturePrior,
  vampPrior,
  type HierarchicalVaeOptions,
  type LatentModel,
  type PriorOption,
} from "../src/index.js";
import { SHAPE, tinyVae } from "./pictures.js";

/**
 * A planar flow whose numbers are the context of each row: f(z) = z + û tanh(w·z + b), with û·w ≥ −1.
 * Rezende & Mohamed 2015, arXiv:1505.05770, eq. 10 to 12 and appendix A.1.
 */
function planar({ latentDim }: { latentDim: number }): Transport {
  return {
    contextDim: 2 * latentDim + 1,
    forward(z: Tensor, { context }): Mapped {
      const [u, w, b] = context!.split([latentDim, latentDim, 1], 1) as [Tensor, Tensor, Tensor];
      const product = u.mul(w).sum(1, { keepDims: true });
      const along = softplus(product)
        .sub(1)
        .sub(product)
        .div(w.square().sum(1, { keepDims: true }).add(1e-3));
      const direction = u.add(w.mul(along));
      const h = w.mul(z).sum(1, { keepDims: true }).add(b).tanh(); // [N, 1]
      const slope = h
        .square()
        .neg()
        .add(1)
        .mul(w.mul(direction).sum(1, { keepDims: true }));
      return { y: z.add(direction.mul(h)), logDet: slope.add(1).abs().log().squeeze(1) };
    },
  };
}

export const priors: Readonly<Record<string, PriorOption>> = {
  "a mixture as prior": mixturePrior({ components: 3 }),
  "a VampPrior": vampPrior({ components: 3 }),
  "an autoregressive prior": autoregressivePrior({ hidden: [5], components: 2 }),
};
export const layered = (options: Partial<HierarchicalVaeOptions> = {}): HierarchicalVae =>
  new HierarchicalVae({
    shape: SHAPE,
    latentDims: [2, 1],
    width: 5,
    architecture: dense({ hidden: [6], activation: "silu" }),
    ...options,
  });
/** Each with a small version: one or two latent numbers in all. */
export const latentVariants: readonly { name: string; make: (size?: { small: boolean }) => LatentModel }[] = [
  ...Object.entries(priors).map(([name, prior]) => ({ name, make: () => tinyVae({ prior, latentDim: 2 }) })),
  {
    name: "a VampPrior of a conditional model",
    make: ({ small } = { small: false }) =>
      tinyVae({ prior: vampPrior({ components: 2 }), classes: 3, latentDim: small ? 1 : 2 }),
  },
  {
    name: "a planar flow as posterior",
    make: ({ small } = { small: false }) => tinyVae({ posterior: planar, latentDim: small ? 1 : 2 }),
  },
  ...Object.entries<Partial<HierarchicalVaeOptions>>({
    "two layers of latents, merged": {},
    "two layers of latents, ladder, by an importance-weighted bound": {
      inference: "ladder",
      skip: false,
      objective: iwae({ k: 3 }),
    },
    "two layers of latents, planar flows as posteriors": {
      posterior: ({ latentDim }) => planar({ latentDim }),
      prior: vampPrior({ components: 2 }),
    },
    "two layers of latents, VampPrior, conditional": { prior: vampPrior({ components: 2 }), classes: 3 },
  }).map(([name, options]) => ({
    name,
    make: ({ small } = { small: false }) => layered({ ...options, latentDims: small ? [1, 1] : [2, 1] }),
  })),
];
