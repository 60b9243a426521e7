/** @file `@gen/core/prob`: distributions as graphs: log-densities, samples from a key, entropies, divergences. */
export { bernoulli } from "./prob/bernoulli.js";
export type { Bernoulli, BernoulliOptions } from "./prob/bernoulli.js";
export { categorical } from "./prob/categorical.js";
export type { Categorical, CategoricalOptions } from "./prob/categorical.js";
export { discretisedLogistic } from "./prob/discretised-logistic.js";
export type { DiscretisedLogisticOptions } from "./prob/discretised-logistic.js";
export type { Density, Mapped, Transport } from "./prob/density.js";
export type { Distribution, EventOptions } from "./prob/distribution.js";
export { klBernoulli, klCategorical, klNormal, klStandardNormal } from "./prob/kl.js";
export { laplace } from "./prob/laplace.js";
export type { LaplaceOptions } from "./prob/laplace.js";
export { normal } from "./prob/normal.js";
export type { Normal, NormalOptions } from "./prob/normal.js";
export { uniform } from "./prob/uniform.js";
export type { UniformOptions } from "./prob/uniform.js";
