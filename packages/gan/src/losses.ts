/**
 * @file What the players are paid, as functions of the discriminator's scores: real numbers, larger for what looks real,
 * σ(score) being a probability where there is one. Both players minimise; means over the rows.
 */
import { constantInit, GenError, softplus, state, type Scope, type Tensor } from "@gen/core";
import { checkNumber } from "./check.js";

export interface AdversarialLoss {
  readonly name: string;
  /** Whether the generator's loss looks at the scores of real rows. */
  readonly isRelative: boolean;
  /** @param real [N] @param fake [N] @returns a scalar */
  discriminator(real: Tensor, fake: Tensor, scope: Scope): Tensor;
  /** @param fake [N] @param real [N], if the loss is relative @returns a scalar */
  generator(fake: Tensor, real: Tensor | undefined): Tensor;
}

type Played = Omit<AdversarialLoss, "name" | "isRelative">;
const absolute = (name: string, played: Played): AdversarialLoss => ({ name, isRelative: false, ...played });

export interface LogisticOptions {
  /** What the discriminator shall say of real rows: below 1 it is never sure of itself (Salimans et al. 2016, §3.4). @default 1 */
  readonly realLabel?: number;
}

/** Binary cross entropy: −E[a log σ(real) + (1 − a) log(1 − σ(real))] − E[log(1 − σ(fake))]. */
function crossEntropy(real: Tensor, fake: Tensor, realLabel: number): Tensor {
  const miss = realLabel === 1 ? softplus(real.neg()) : softplus(real).sub(real.mul(realLabel));
  return miss.mean().add(softplus(fake).mean());
}

function checkLabel(realLabel: number): void {
  if (realLabel > 0.5 && realLabel <= 1) return;
  throw new GenError("option", `gan: expected a realLabel above ½ and at most 1, got ${realLabel}`);
}

/**
 * The game of the first paper, zero-sum:
 *
 *     min_G max_D  E[log σ(D(x))] + E[log(1 − σ(D(G(z))))]
 *
 * The generator's gradient vanishes while the discriminator wins: {@link nonSaturating} is the remedy.
 *
 * @see Goodfellow et al. 2014, eq. 1. arXiv:1406.2661
 */
export function minimax({ realLabel = 1 }: LogisticOptions = {}): AdversarialLoss {
  checkLabel(realLabel);
  return absolute("minimax", {
    discriminator: (real, fake) => crossEntropy(real, fake, realLabel),
    generator: (fake) => softplus(fake).mean().neg(),
  });
}

/**
 * The same for the discriminator; the generator maximises E[log σ(D(G(z)))], whose gradient is strong when it loses.
 *
 * @see Goodfellow et al. 2014, §3. arXiv:1406.2661
 */
export function nonSaturating({ realLabel = 1 }: LogisticOptions = {}): AdversarialLoss {
  checkLabel(realLabel);
  return absolute("non-saturating", {
    discriminator: (real, fake) => crossEntropy(real, fake, realLabel),
    generator: (fake) => softplus(fake.neg()).mean(),
  });
}

/**
 * ½ E[(D(x) − 1)²] + ½ E[D(G(z))²] against ½ E[(D(G(z)) − 1)²].
 *
 * @see Mao et al. 2017, "Least Squares Generative Adversarial Networks", eq. 9. arXiv:1611.04076
 */
export function leastSquares(): AdversarialLoss {
  return absolute("least-squares", {
    discriminator: (real, fake) => real.sub(1).square().mean().add(fake.square().mean()).mul(0.5),
    generator: (fake) => fake.sub(1).square().mean().mul(0.5),
  });
}

/**
 * E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))] against −E[D(G(z))].
 *
 * @see Lim & Ye 2017, "Geometric GAN". arXiv:1705.02894; Miyato et al. 2018, eq. 16 and 17. arXiv:1802.05957
 */
export function hinge(): AdversarialLoss {
  return absolute("hinge", {
    discriminator: (real, fake) => real.neg().add(1).relu().mean().add(fake.add(1).relu().mean()),
    generator: (fake) => fake.mean().neg(),
  });
}

/**
 * E[D(G(z))] − E[D(x)] against −E[D(G(z))]: minus this is Wasserstein's distance, once D is the best 1-Lipschitz function.
 * So it needs a bound on D's slope: a gradient penalty, spectral normalisation, or clipped weights.
 *
 * @see Arjovsky, Chintala & Bottou 2017, "Wasserstein GAN", eq. 2 and 3. arXiv:1701.07875
 */
export function wasserstein(): AdversarialLoss {
  return absolute("wasserstein", {
    discriminator: (real, fake) => fake.mean().sub(real.mean()),
    generator: (fake) => fake.mean().neg(),
  });
}

export interface RelativisticOptions {
  /** Against the mean score of the others, or against one of them at a time. @default true */
  readonly average?: boolean;
}

/**
 * Which of two is more real? With C the score and σ(C(x) − C(G(z))) the probability that x is:
 *
 *     L_D = −E[log σ(C(x) − C(G(z)))]      L_G = −E[log σ(C(G(z)) − C(x))]
 *
 * averaged (RaGAN): each against the mean of the others, both ways.
 *
 * @see Jolicoeur-Martineau 2019, "The relativistic discriminator", eq. 9–10 and §4.1. arXiv:1807.00734
 */
export function relativistic({ average = true }: RelativisticOptions = {}): AdversarialLoss {
  /** −log σ that `a` is more real than `b`. */
  const better = (a: Tensor, b: Tensor): Tensor => {
    if (!average) return softplus(b.sub(a)).mean();
    return softplus(a.sub(b.mean()).neg())
      .mean()
      .add(softplus(b.sub(a.mean())).mean());
  };
  return {
    name: "relativistic",
    isRelative: true,
    discriminator: (real, fake) => better(real, fake),
    generator: (fake, real) => better(fake, real!),
  };
}

export interface EnergyOptions {
  /** Energy up to which fake rows are pushed. @default 1 */
  readonly margin?: number;
}

/**
 * Energies E = −score, low for what is real:
 *
 *     L_D = E[E(x)] + E[max(0, m − E(G(z)))]      L_G = E[E(G(z))]
 *
 * @see Zhao, Mathieu & LeCun 2017, "Energy-based GAN", eq. 1 and 2. arXiv:1609.03126
 */
export function energyBased({ margin = 1 }: EnergyOptions = {}): AdversarialLoss {
  checkNumber("margin", margin, { where: "energyBased" });
  return absolute("energy-based", {
    discriminator: (real, fake) => fake.add(margin).relu().mean().sub(real.mean()),
    generator: (fake) => fake.mean().neg(),
  });
}

export interface BeganOptions {
  /** γ, in (0, 1]: how much of the real rows' energy the fake ones shall have; less of it, less variety. @default 0.7 */
  readonly diversity?: number;
  /** λ, the step size of k. @default 1e-3 */
  readonly rate?: number;
}

/**
 * A game kept in balance: energies E = −score, and a state k on the discriminator's side,
 *
 *     L_D = E(x) − k E(G(z))      L_G = E(G(z))      k ← k + λ (γ E(x) − E(G(z))), kept in [0, 1]
 *
 * @see Berthelot, Schumm & Metz 2017, "BEGAN", §3.4. arXiv:1703.10717
 */
export function began({ diversity = 0.7, rate = 1e-3 }: BeganOptions = {}): AdversarialLoss {
  if (!(diversity > 0 && diversity <= 1)) {
    throw new GenError("option", `began: expected a diversity in (0, 1], got ${diversity}`);
  }
  checkNumber("rate", rate, { where: "began" });
  return new Began(diversity, rate);
}

class Began implements AdversarialLoss {
  readonly name = "began";
  readonly isRelative = false;
  /** k, a state. */
  readonly k: Tensor = state([], constantInit(0));
  readonly #diversity: number;
  readonly #rate: number;

  constructor(diversity: number, rate: number) {
    this.#diversity = diversity;
    this.#rate = rate;
  }

  discriminator(real: Tensor, fake: Tensor, scope: Scope): Tensor {
    const [ofReal, ofFake] = [real.mean().neg(), fake.mean().neg()];
    const k = scope.read(this.k);
    const lead = ofReal.mul(this.#diversity).sub(ofFake).stopGradient();
    scope.write(this.k, k.add(lead.mul(this.#rate)).clip(0, 1));
    return ofReal.sub(ofFake.mul(k));
  }

  generator(fake: Tensor): Tensor {
    return fake.mean().neg();
  }
}
