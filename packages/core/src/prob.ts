/** @file `@gen/core/prob`: distributions as graphs: log-densities, samples from a key, entropies, divergences. */
export type { Distribution, EventOptions, InvertedLaw, Law } from "./prob/distribution.js";
export type { Density, Mapped, Transport } from "./prob/density.js";

export { bernoulli } from "./prob/bernoulli.js";
export type { Bernoulli, BernoulliOptions } from "./prob/bernoulli.js";
export { categorical } from "./prob/categorical.js";
export type { Categorical, CategoricalOptions } from "./prob/categorical.js";
export { discretisedLogistic } from "./prob/discretised-logistic.js";
export type { DiscretisedLogisticOptions } from "./prob/discretised-logistic.js";
export { discretisedLogisticMixture } from "./prob/discretised-logistic-mixture.js";
export type { DiscretisedLogisticMixtureOptions } from "./prob/discretised-logistic-mixture.js";
export { laplace } from "./prob/laplace.js";
export type { Laplace, LaplaceOptions } from "./prob/laplace.js";
export { logistic } from "./prob/logistic.js";
export type { Logistic, LogisticOptions } from "./prob/logistic.js";
export { mixture } from "./prob/mixture.js";
export type { MixtureOptions } from "./prob/mixture.js";
export { multivariateNormal } from "./prob/multivariate-normal.js";
export type { MultivariateNormal, MultivariateNormalOptions } from "./prob/multivariate-normal.js";
export { normal } from "./prob/normal.js";
export type { Normal, NormalOptions } from "./prob/normal.js";
export { oneHotCategorical, relaxedCategorical } from "./prob/one-hot.js";
export type { OneHotCategorical, RelaxedCategorical, RelaxedCategoricalOptions } from "./prob/one-hot.js";
export { uniform } from "./prob/uniform.js";
export type { Uniform, UniformOptions } from "./prob/uniform.js";

export {
  affineBijection,
  chainBijections,
  expBijection,
  invertBijection,
  sigmoidBijection,
  softplusBijection,
  tanhBijection,
  transformed,
} from "./prob/bijection.js";
export type { Bijection, Transformed } from "./prob/bijection.js";

export { klDivergence, klMonteCarlo } from "./prob/divergence.js";
export type { Kind, Kinds, MonteCarloOptions, Partner } from "./prob/divergence.js";
export { klBernoulli, klCategorical, klNormal, klStandardNormal } from "./prob/kl.js";
