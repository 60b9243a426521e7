/** @file The processes by name: variance-preserving with linear, cosine and sigmoid schedules, sub-VP, EDM, straight lines. */
import { GenError, type Tensor } from "@gen/core";
import { normalQuantile } from "./normal.js";
import { checkProcess, type Process } from "./forward.js";

export interface LinearBetaOptions {
  /** T. @default 1000 */
  readonly steps?: number;
  /** β₁. @default 1e-4 */
  readonly first?: number;
  /** β_T. @default 0.02 */
  readonly last?: number;
}

/** β rising in a straight line, α² = Π (1 − β). Ho, Jain & Abbeel 2020, §4. arXiv:2006.11239 */
export function linearBeta({ steps = 1000, first = 1e-4, last = 0.02 }: LinearBetaOptions = {}): Process {
  const betas = Array.from({ length: steps }, (_, k) => first + ((last - first) * k) / (steps - 1));
  return variancePreserving("linear", betas);
}

export interface CosineOptions {
  /** T. @default 1000 */
  readonly steps?: number;
  /** s, which keeps β₁ from vanishing. @default 0.008 */
  readonly offset?: number;
}

/** α²(t) ∝ cos²((t + s)/(1 + s) · π/2), β at most 0.999. Nichol & Dhariwal 2021, eq. 17. arXiv:2102.09672 */
export function cosine({ steps = 1000, offset = 0.008 }: CosineOptions = {}): Process {
  const squared = (t: number): number => Math.cos((((t + offset) / (1 + offset)) * Math.PI) / 2) ** 2;
  return variancePreserving("cosine", betasOf(squared, steps));
}

export interface SigmoidOptions {
  /** T. @default 1000 */
  readonly steps?: number;
  /** @default -3 */
  readonly start?: number;
  /** @default 3 */
  readonly end?: number;
  /** τ: the larger, the straighter. @default 1 */
  readonly temperature?: number;
}

/** α²(t) a piece of a sigmoid, scaled to [0, 1]. Jabri, Fleet & Chen 2022, algorithm 4. arXiv:2212.11972 */
export function sigmoid({ steps = 1000, start = -3, end = 3, temperature = 1 }: SigmoidOptions = {}): Process {
  const logistic = (v: number): number => 1 / (1 + Math.exp(-v / temperature));
  const [low, high] = [logistic(start), logistic(end)];
  const squared = (t: number): number => (high - logistic(t * (end - start) + start)) / (high - low);
  return variancePreserving("sigmoid", betasOf(squared, steps));
}

export interface SubVpOptions {
  /** T. @default 1000 */
  readonly steps?: number;
  /** β at time 0. @default 0.1 */
  readonly first?: number;
  /** β at time 1. @default 20 */
  readonly last?: number;
}

/** x_t = α x + (1 − α²) ε: less noise than VP at each time. Song et al. 2021, eq. 29. arXiv:2011.13456 */
export function subVp({ steps = 1000, first = 0.1, last = 20 }: SubVpOptions = {}): Process {
  const levels = Array.from({ length: steps }, (_, k) => {
    const t = 1e-3 + (0.999 * k) / (steps - 1);
    const alpha = Math.exp(-0.5 * (first * t + 0.5 * (last - first) * t * t));
    return (1 - alpha * alpha) / alpha;
  });
  // α² + σα − 1 = 0
  const scale = (sigma: Tensor): Tensor => sigma.add(sigma.square().add(4).sqrt()).reciprocal().mul(2);
  return checked({ name: "sub-vp", levels, scale });
}

export interface EdmOptions {
  /** Mean of log σ in training. @default -1.2 */
  readonly mean?: number;
  /** Standard deviation of log σ in training. @default 1.2 */
  readonly std?: number;
  /** Lowest σ of samplers. @default 0.002 */
  readonly low?: number;
  /** Highest σ of samplers. @default 80 */
  readonly high?: number;
  /** σ_data: standard deviation of the data. @default 0.5 */
  readonly data?: number;
}

/** Noise added to unscaled data, log σ normal in training. Karras et al. 2022, table 1. arXiv:2206.00364 */
export function edm({ mean = -1.2, std = 1.2, low = 0.002, high = 80, data = 0.5 }: EdmOptions = {}): Process {
  const count = 1000;
  const levels = Array.from({ length: count }, (_, k) => Math.exp(mean + std * normalQuantile((k + 0.5) / count)));
  const scale = (sigma: Tensor): Tensor =>
    sigma
      .square()
      .add(data ** 2)
      .sqrt()
      .reciprocal();
  return checked({ name: "edm", levels, range: [low, high], scale });
}

export interface StraightOptions {
  /** T. @default 1000 */
  readonly steps?: number;
  /** How far times stay from 0 and 1, where there is no noise or no signal. @default 1e-3 */
  readonly margin?: number;
}

/**
 * Straight lines between data and noise, x_t = (1 − t) x + t ε: rectified flow, and flow matching with its
 * optimal-transport path. Liu, Gong & Liu 2023, arXiv:2209.03003; Lipman et al. 2023, eq. 22. arXiv:2210.02747
 */
export function straight({ steps = 1000, margin = 1e-3 }: StraightOptions = {}): Process {
  const levels = Array.from({ length: steps }, (_, k) => {
    const t = margin + ((1 - 2 * margin) * k) / (steps - 1);
    return t / (1 - t);
  });
  return checked({ name: "straight", levels, scale: (sigma) => sigma.add(1).reciprocal() });
}

/** The processes by name, as options and cards give them. */
export const PROCESSES = {
  linear: linearBeta,
  cosine,
  sigmoid,
  "sub-vp": subVp,
  edm,
  straight,
} as const satisfies Record<string, () => Process>;

export type ProcessName = keyof typeof PROCESSES;

/** x_t = α x + √(1 − α²) ε from the betas of its steps: σ² = 1/α² − 1. @throws GenError `range` for a β outside (0, 1) */
function variancePreserving(name: string, betas: readonly number[]): Process {
  let squared = 1;
  const levels = betas.map((beta, k) => {
    if (!(beta > 0 && beta < 1))
      throw new GenError("range", `process "${name}": expected β in (0, 1), got ${beta} as β ${k + 1}`);
    squared *= 1 - beta;
    return Math.sqrt(1 / squared - 1);
  });
  return checked({ name, levels, scale: (sigma) => sigma.square().add(1).sqrt().reciprocal() });
}

function checked(process: Process): Process {
  checkProcess(process);
  return process;
}

/** The betas of α²(t) at T equal steps, none above 0.999. */
function betasOf(squared: (t: number) => number, steps: number): number[] {
  return Array.from({ length: steps }, (_, k) => Math.min(1 - squared((k + 1) / steps) / squared(k / steps), 0.999));
}
