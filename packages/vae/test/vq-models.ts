/** @file VQ-VAEs small enough for the float64 reference. */
import {
  GatedCodePrior,
  residualGrid,
  ResidualQuantizer,
  VectorQuantizer,
  VqVae,
  type VqVaeOptions,
} from "../src/index.js";
import { SHAPE } from "./pictures.js";

/** A tiny model of one kind: 2 × 2 codes of a 4 × 4 picture. */
export function tinyVq(options: Partial<VqVaeOptions> | { readonly prior: undefined } = {}): VqVae {
  const { prior, ...others } = {
    shape: SHAPE,
    architecture: residualGrid({ hidden: 6, halvings: 1, blocks: 1, inner: 3, activation: "silu" }),
    quantizer: new VectorQuantizer({ codes: 5, features: 2 }),
    prior: (sizes) => new GatedCodePrior({ ...sizes, channels: 6, layers: 1 }),
    ...options,
  } satisfies Partial<VqVaeOptions> | { readonly prior: undefined } as VqVaeOptions;
  return new VqVae({ ...others, ...(prior && { prior }) });
}

/** Every kind of model there is: three quantizers, three likelihoods, with classes and without. */
export const vqVariants: readonly { readonly name: string; readonly make: () => VqVae }[] = [
  { name: "running means, gaussian", make: () => tinyVq() },
  {
    name: "gradients, bernoulli, conditional",
    make: () =>
      tinyVq({
        quantizer: new VectorQuantizer({ codes: 5, features: 2, codebook: "gradient" }),
        likelihood: "bernoulli",
        classes: 3,
      }),
  },
  {
    name: "three levels of residuals, discretisedLogistic, conditional",
    make: () =>
      tinyVq({
        quantizer: new ResidualQuantizer({ levels: 3, codes: 4, features: 2 }),
        likelihood: "discretisedLogistic",
        classes: 2,
      }),
  },
];
