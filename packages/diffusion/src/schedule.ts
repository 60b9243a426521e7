/**
 * @file A schedule: the n + 1 levels of noise that a sampler passes, from the noisiest down to 0. A spacing says where they
 * lie; it is a curve from σ_max to σ_min and the places on it. The count may be open until a file runs.
 */
import { concat, full, GenError, iota, scalar, type NdArray, type Tensor } from "@gen/core";
import { rangeOf, sigmaAt, type Process } from "./forward.js";

export interface Spacing {
  readonly name: string;
  /** σ at places u from 0 (the noisiest) to 1 (the cleanest), falling. */
  curve(process: Process, u: Tensor): Tensor;
  /** Place of step i of n: from 0 to 1, whole numbers in nodes. */
  place(i: Tensor, n: Tensor): Tensor;
}

/** Places with both ends: 0, …, 1. */
const ends = (i: Tensor, n: Tensor): Tensor => i.div(n.sub(1).maximum(1));

/** Even in the process's own time. */
const inTime = (process: Process, u: Tensor): Tensor => sigmaAt(process, u.neg().add(1));

/** Even in the process's time, from σ_max on; the last step is as long as the others. Lin et al. 2024, table 2. arXiv:2305.08891 */
const trailing: Spacing = { name: "trailing", curve: inTime, place: (i, n) => i.div(n) };

/** Even in the process's time, short of σ_max. As of Song, Meng & Ermon 2021. arXiv:2010.02502 */
const leading: Spacing = { name: "leading", curve: inTime, place: (i, n) => i.add(1).div(n) };

/** Even in the process's time, both ends included. Nichol & Dhariwal 2021, §4. arXiv:2102.09672 */
const linspace: Spacing = { name: "linspace", curve: inTime, place: ends };

/** Even in σ^(1/ρ). Karras et al. 2022, eq. 5. arXiv:2206.00364 */
export function karras({ rho = 7 }: { readonly rho?: number } = {}): Spacing {
  const curve = (process: Process, u: Tensor): Tensor => {
    const [low, high] = rangeOf(process).map((sigma) => sigma ** (1 / rho)) as [number, number];
    return u
      .mul(low - high)
      .add(high)
      .pow(rho);
  };
  return { name: "karras", curve, place: ends };
}

/** Even in log σ. Lu et al. 2022, "DPM-Solver", §4.1. arXiv:2206.00927 */
const exponential: Spacing = {
  name: "exponential",
  curve(process, u) {
    const [low, high] = rangeOf(process).map(Math.log) as [number, number];
    return u
      .mul(low - high)
      .add(high)
      .exp();
  },
  place: ends,
};

/** The spacings by name. */
export const SPACINGS = { trailing, leading, linspace, karras: karras(), exponential } as const satisfies Record<
  string,
  Spacing
>;

export type SpacingName = keyof typeof SPACINGS;

/** @throws GenError `option` for a name that is none */
export function spacingOf(spacing: SpacingName | Spacing): Spacing {
  if (typeof spacing === "object") return spacing;
  if (Object.hasOwn(SPACINGS, spacing)) return SPACINGS[spacing];
  throw new GenError(
    "option",
    `spacing: expected one of ${Object.keys(SPACINGS).join(", ")}, got "${spacing as string}"`,
  );
}

export interface ScheduleOptions {
  readonly process: Process;
  /** n, at least 1. */
  readonly steps: number;
  /** n as a real scalar, where it is open until the file runs. @default steps */
  readonly count?: Tensor;
  /** Begin this far from the clean end of the curve: a number in (0, 1], or a scalar. @default 1: at σ_max */
  readonly strength?: number | Tensor;
}

/**
 * The levels of a sampler.
 *
 * @returns [steps + 1], falling, the last 0
 * @throws GenError `range` for steps < 1 or a strength outside (0, 1]
 */
export function schedule(
  spacing: SpacingName | Spacing,
  { process, steps, count = scalar(steps), strength = 1 }: ScheduleOptions,
): Tensor {
  checkSteps(steps, "schedule");
  if (typeof strength === "number" && !(strength > 0 && strength <= 1))
    throw new GenError("range", `schedule: expected a strength above 0 and at most 1, got ${strength}`);
  const shape = spacingOf(spacing);
  const s = typeof strength === "number" ? scalar(strength) : strength;
  const u = shape.place(iota(steps), count).mul(s).add(s.neg().add(1));
  return concat([shape.curve(process, u), full([1], 0)], 0);
}

/** @throws GenError `range` unless it is a whole number ≥ 1 */
export function checkSteps(steps: number, where: string): void {
  if (!Number.isInteger(steps) || steps < 1)
    throw new GenError("range", `${where}: expected steps, a whole number of at least 1, got ${steps}`);
}

/**
 * Levels of one's own, looked at on the host.
 *
 * @throws GenError `range` naming the first that does not fall, or is below 0
 */
export function checkSchedule({ data, shape }: NdArray): void {
  const sigmas = Array.from(data, Number);
  if (shape.length !== 1 || sigmas.length < 2)
    throw new GenError("shape", `schedule: expected [n + 1] levels, n ≥ 1, got [${shape.join(", ")}]`);
  const wrong = sigmas.findIndex((sigma, i) => !(sigma >= 0 && (i === 0 || sigma < sigmas[i - 1]!)));
  if (wrong < 0) return;
  throw new GenError(
    "range",
    `schedule: expected levels that fall to 0, got ${sigmas[wrong]}${wrong === 0 ? "" : ` after ${sigmas[wrong - 1]}`} at place ${wrong}`,
    { fix: "order the levels from the noisiest to the cleanest, each once" },
  );
}
