/** @file Penalties on the slope of the discriminator: gradients inside a loss, which are differentiated once more. */
import { grad, randomUniform, type Scope, type Tensor } from "@gen/core";
import { checkNumber } from "./check.js";
import type { Judged } from "./discriminator.js";
import type { DiscriminatorPenalty } from "./penalty.js";

export interface GradientPenaltyOptions {
  /** λ. @default 10 */
  readonly weight?: number;
  /**
   * The slope t to have; above it alone it costs, if `oneSided`. Slope t with weight λ is the game of slope 1 with weight λt, its scores
   * times t: a small t is for λt far below 1, where scores would have to become large first.
   *
   * @default 1
   */
  readonly target?: number;
  /** @default false */
  readonly oneSided?: boolean;
}

/** Under the root: the norm of a gradient that is 0 has a slope too. */
const EPSILON = 1e-12;

/** ‖∂score/∂x‖² of each row, [N]. Rows must be judged apart: batch normalisation mixes them. */
export function squaredSlope(judge: (x: Tensor) => Judged, x: Tensor): Tensor {
  return grad(judge(x).score.sum(), [x])[0]!.flatten().square().sum(1);
}

/** One number of U(0, 1) for each row, as wide as x. */
function perRow(x: Tensor, scope: Scope): Tensor {
  return randomUniform(scope.nextKey(), [x.shape[0]!, ...x.shape.slice(1).map(() => 1)]);
}

/** @throws GenError `range` for a weight or a target below 0 */
function checkAroundTarget({ weight = 10, target = 1 }: GradientPenaltyOptions, where: string): void {
  checkNumber("weight", weight, { where });
  checkNumber("target", target, { where });
}

/** λ E[(‖∇‖ − target)²] at rows x̂. */
function aroundTarget(squares: Tensor, { weight = 10, target = 1, oneSided = false }: GradientPenaltyOptions): Tensor {
  const excess = squares.add(EPSILON).sqrt().sub(target);
  return (oneSided ? excess.relu() : excess).square().mean().mul(weight);
}

/**
 * The gradient penalty of WGAN-GP: between a real row and a fake one the score rises by 1 a unit,
 *
 *     λ E[(‖∇D(x̂)‖ − 1)²]      x̂ = ε x + (1 − ε) G(z),  ε ~ U(0, 1) for each row
 *
 * @see Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", eq. 3. arXiv:1704.00028
 */
export function gradientPenalty(options: GradientPenaltyOptions = {}): DiscriminatorPenalty {
  checkAroundTarget(options, "gradientPenalty");
  return {
    side: "discriminator",
    penalty({ real, fake, judge, scope }) {
      const share = perRow(real, scope);
      const between = fake.add(real.sub(fake).mul(share)).stopGradient();
      return aroundTarget(squaredSlope(judge, between), options);
    },
  };
}

export interface DraganOptions extends GradientPenaltyOptions {
  /** Size of the noise, in standard deviations of the batch. @default 0.5 */
  readonly scale?: number;
}

/**
 * The same around the real rows alone: x̂ = x + c σ(x) u, u ~ U(0, 1) for each number, and a share of that for each row.
 *
 * @see Kodali, Abernethy, Hays & Kira 2017, "On Convergence and Stability of GANs", algorithm 1. arXiv:1705.07215
 */
export function dragan({ scale = 0.5, ...options }: DraganOptions = {}): DiscriminatorPenalty {
  checkNumber("scale", scale, { where: "dragan" });
  checkAroundTarget(options, "dragan");
  return {
    side: "discriminator",
    penalty({ real, judge, scope }) {
      const noise = randomUniform(scope.nextKey(), real.shape).mul(real.variance().sqrt()).mul(scale);
      const near = real.add(noise.mul(perRow(real, scope))).stopGradient();
      return aroundTarget(squaredSlope(judge, near), options);
    },
  };
}

export interface SlopeOptions {
  /** γ. @default 10 */
  readonly weight?: number;
}

/**
 * ½ γ E[‖∇D(x)‖²] at real rows: a discriminator that cannot be fooled there becomes flat, and the game comes to rest.
 *
 * @see Mescheder, Geiger & Nowozin 2018, "Which Training Methods for GANs do actually Converge?", eq. 9. arXiv:1801.04406
 */
export function r1({ weight = 10 }: SlopeOptions = {}): DiscriminatorPenalty {
  checkNumber("weight", weight, { where: "r1" });
  return {
    side: "discriminator",
    penalty: ({ real, judgedReal }) =>
      squaredSlope(() => judgedReal, real)
        .mean()
        .mul(weight / 2),
  };
}

/** ½ γ E[‖∇D(G(z))‖²], at fake rows: eq. 10 of the same paper. */
export function r2({ weight = 10 }: SlopeOptions = {}): DiscriminatorPenalty {
  checkNumber("weight", weight, { where: "r2" });
  return {
    side: "discriminator",
    penalty: ({ fake, judgedFake }) =>
      squaredSlope(() => judgedFake, fake)
        .mean()
        .mul(weight / 2),
  };
}
