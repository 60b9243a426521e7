/** @file How much a squared error counts at each level of noise, stated for the error of x̂: λ(σ)·‖x̂ − x‖². */
import { GenError, type Tensor } from "@gen/core";

/** λ as a function of σ and of `out`, the factor of the network in x̂. */
export type Weighting = (at: { readonly sigma: Tensor; readonly out: Tensor }) => Tensor;

/** ‖F − target‖², each level alike: L_simple, where the target is ε. Ho et al. 2020, eq. 14. arXiv:2006.11239 */
const simple: Weighting = ({ out }) => out.square().reciprocal();

/** The error of ε, whatever the target: λ = 1/σ², the signal-to-noise ratio. */
const epsilon: Weighting = ({ sigma }) => sigma.square().reciprocal();

/** The error of x itself: λ = 1. */
const data: Weighting = ({ sigma }) => sigma.mul(0).add(1);

/** λ = min(SNR, γ). Hang et al. 2023, "Efficient diffusion training via min-SNR weighting strategy", §3.4. arXiv:2303.09556 */
export function minSnr({ gamma = 5 }: { readonly gamma?: number } = {}): Weighting {
  return ({ sigma }) => sigma.square().reciprocal().minimum(gamma);
}

/** λ = (σ² + σ_data²)/(σ σ_data)²: the network's error counts alike at each level. Karras et al. 2022, table 1. arXiv:2206.00364 */
export function edmWeighting({ data: std = 0.5 }: { readonly data?: number } = {}): Weighting {
  return ({ sigma }) =>
    sigma
      .square()
      .add(std ** 2)
      .div(sigma.mul(std).square());
}

/** The weightings by name. */
export const WEIGHTINGS = { simple, epsilon, data, "min-snr": minSnr(), edm: edmWeighting() } as const satisfies Record<
  string,
  Weighting
>;

export type WeightingName = keyof typeof WEIGHTINGS;

/** @throws GenError `option` for a name that is none */
export function weightingOf(weighting: WeightingName | Weighting): Weighting {
  if (typeof weighting === "function") return weighting;
  if (Object.hasOwn(WEIGHTINGS, weighting)) return WEIGHTINGS[weighting];
  throw new GenError(
    "option",
    `weighting: expected one of ${Object.keys(WEIGHTINGS).join(", ")}, got "${weighting as string}"`,
  );
}
