/**
 * @file What a network learns to give. Each target is a combination F = a·x + b·ε of the data and the noise, and that says
 * all: from x + σε and F follows the estimate of the data, x̂ = skip·(x + σε) + out·F.
 */
import { GenError, type Tensor } from "@gen/core";

/** Where a row stands: its noise σ, and the α of its process there. */
export interface Level {
  readonly sigma: Tensor;
  readonly alpha: Tensor;
}

/** Factors of the data and of the noise in what a network gives; `undefined` is 0. */
export interface Mix {
  readonly data?: Tensor;
  readonly noise?: Tensor;
}

export type Target = (level: Level) => Mix;

const one = ({ sigma }: Level): Tensor => sigma.mul(0).add(1);

/** ε: the noise. Ho et al. 2020, eq. 14. arXiv:2006.11239 */
const epsilon: Target = (level) => ({ noise: one(level) });

/** x: the data themselves. */
const data: Target = (level) => ({ data: one(level) });

/** v = α ε − ασ x. Salimans & Ho 2022, §4. arXiv:2202.00512; the preconditioning of Karras et al. 2022 is the same, up to sign. */
const v: Target = ({ sigma, alpha }) => ({ data: alpha.mul(sigma).neg(), noise: alpha });

/** x − ε: the velocity of a straight line from noise to data. Lipman et al. 2023, eq. 23. arXiv:2210.02747 */
const velocity: Target = (level) => ({ data: one(level), noise: one(level).neg() });

/** ∇ log p(x_t) = −ε / (ασ): to be learned with the weighting "epsilon". Song et al. 2021, eq. 7. arXiv:2011.13456 */
const score: Target = ({ sigma, alpha }) => ({ noise: alpha.mul(sigma).reciprocal().neg() });

/** The preconditioning of Karras et al. 2022, table 1, for data of standard deviation σ_data: F has unit variance at each σ. */
export function edmTarget({ data: std = 0.5 }: { readonly data?: number } = {}): Target {
  return ({ sigma }) => {
    const root = sigma
      .square()
      .add(std ** 2)
      .sqrt();
    return { data: sigma.mul(1 / std).div(root), noise: root.reciprocal().mul(-std) };
  };
}

/** The targets by name. */
export const TARGETS = { epsilon, data, v, velocity, score, edm: edmTarget() } as const satisfies Record<
  string,
  Target
>;

export type TargetName = keyof typeof TARGETS;

/** @throws GenError `option` for a name that is none */
export function targetOf(target: TargetName | Target): Target {
  if (typeof target === "function") return target;
  if (Object.hasOwn(TARGETS, target)) return TARGETS[target];
  throw new GenError("option", `target: expected one of ${Object.keys(TARGETS).join(", ")}, got "${target as string}"`);
}

/** F for known data and noise. */
export function mixed({ data, noise }: Mix, x: Tensor, epsilon: Tensor): Tensor {
  if (data === undefined) return epsilon.mul(noise!);
  return noise === undefined ? x.mul(data) : x.mul(data).add(epsilon.mul(noise));
}

/**
 * The factors of x̂ = skip·(x + σε) + out·F: with F = a·x + b·ε and ε = (x + σε − x)/σ,
 *
 *     skip = −b / (aσ − b)        out = σ / (aσ − b)
 */
export function preconditioning({ data, noise }: Mix, sigma: Tensor): { skip: Tensor | undefined; out: Tensor } {
  if (data === undefined) return { skip: one({ sigma, alpha: sigma }), out: sigma.div(noise!).neg() };
  if (noise === undefined) return { skip: undefined, out: data.reciprocal() };
  const divisor = data.mul(sigma).sub(noise);
  return { skip: noise.div(divisor).neg(), out: sigma.div(divisor) };
}
