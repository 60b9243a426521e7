/** @file Categories as vectors: one-hot, and relaxed so that a gradient passes through the choice. */
import { logSoftmax, logSumExp, oneHot, softmax } from "../tensor/math.js";
import { randomUniform } from "../tensor/random.js";
import { GenError } from "../error.js";
import type { Operand, Tensor } from "../tensor/tensor.js";
import { categorical, type CategoricalOptions } from "./categorical.js";
import { lift, sumEvent, type Distribution, type Law } from "./distribution.js";

/** One of K categories as a vector with a single 1 along a last axis, which belongs to the event. */
export interface OneHotCategorical extends Distribution {
  readonly kind: "oneHotCategorical";
  /** [… K] */
  readonly logits: Tensor;
  readonly std: Tensor;
  entropy(): Tensor;
}

/**
 * {@link categorical} with draws [… K] of zeros and one 1.
 *
 *     log p(x) = Σ_k x_k log p_k
 */
export function oneHotCategorical({ logits, eventDims = 0 }: CategoricalOptions): OneHotCategorical {
  const index = categorical({ logits, eventDims });
  const { mean } = index;
  const logP = logSoftmax(logits);
  return {
    kind: "oneHotCategorical",
    eventDims: eventDims + 1,
    logits,
    mean,
    get std() {
      return mean.mul(mean.neg().add(1)).sqrt();
    },
    logProb: (x) => sumEvent(x.notEqual(0).where(x.mul(logP), 0), eventDims + 1), // 0 · −∞ is NaN
    sample: (key) => oneHot(index.sample(key), logits.shape.at(-1)!, logits.dtype),
    entropy: () => index.entropy(),
  };
}

export interface RelaxedCategorical extends Law {
  /** A one-hot draw in the value, the relaxed one in the gradient (straight-through). [… K] */
  sampleHard(key: Tensor): Tensor;
}

export interface RelaxedCategoricalOptions extends CategoricalOptions {
  /** τ > 0: towards 0 draws become one-hot, and gradients large. */
  readonly temperature: Operand;
}

/** What a share counts as at least, where its logarithm is taken. */
const SMALLEST = 1e-30;

/**
 * The Gumbel-softmax (concrete) distribution: a point of the simplex, differentiable in the logits.
 *
 *     draw = softmax((l + γ) / τ),  γ = −log(−log u)
 *     log p(x) = log Γ(K) + (K − 1) log τ + Σ_k (l_k − (τ + 1) log x_k) − K log Σ_k e^(l_k − τ log x_k)
 *
 * @throws GenError `range` for a temperature that is not above 0
 * @see Maddison, Mnih & Teh 2017, "The Concrete Distribution", eq. 10, arXiv:1611.00712; Jang, Gu & Poole 2017, arXiv:1611.01144
 */
export function relaxedCategorical({
  logits,
  temperature,
  eventDims = 0,
}: RelaxedCategoricalOptions): RelaxedCategorical {
  if (typeof temperature === "number" && !(temperature > 0)) {
    throw new GenError("range", `relaxedCategorical: expected a temperature above 0, got ${temperature}`);
  }
  categorical({ logits, eventDims }); // checks the shapes
  const classes = logits.shape.at(-1)!;
  const tau = lift(temperature, logits);
  const logGamma = Array.from({ length: classes - 1 }, (_, k) => Math.log(k + 1)).reduce((a, b) => a + b, 0); // log (K − 1)!
  const sample = (key: Tensor): Tensor => {
    const gumbel = randomUniform(key, logits.shape).cast(logits.dtype).log().neg().log().neg();
    return softmax(logits.add(gumbel).div(tau));
  };
  return {
    eventDims: eventDims + 1,
    sample,
    logProb: (x) => {
      const logX = x.maximum(SMALLEST).log();
      const terms = logits.sub(logX.mul(tau)); //                 l − τ log x
      const inner = terms.sub(logX).sum(-1).sub(logSumExp(terms).mul(classes));
      return sumEvent(inner.add(tau.log().mul(classes - 1)).add(logGamma), eventDims);
    },
    sampleHard: (key) => {
      const soft = sample(key);
      const hard = oneHot(soft.argMax(-1), classes, logits.dtype);
      return hard.sub(soft).stopGradient().add(soft);
    },
  };
}
