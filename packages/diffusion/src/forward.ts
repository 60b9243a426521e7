/**
 * @file A forward process: how data become noise. Every one here adds Gaussian noise to scaled data, x_t = α (x + σ ε), so
 * that it is known by its levels of noise σ, relative to the data, and by the α that networks see rows multiplied with.
 * Karras et al. 2022, "Elucidating the design space of diffusion-based generative models", §2 and table 1. arXiv:2206.00364
 */
import { constant, GenError, ndarray, randomNormal, type Tensor } from "@gen/core";

export interface Process {
  readonly name: string;
  /**
   * σ at T equal steps of the process's own time, rising: σ[0] is all but clean, σ[T − 1] all but noise. A level drawn for
   * training lies anywhere between two of them.
   */
  readonly levels: readonly number[];
  /** The range that samplers work in. @default that of the levels */
  readonly range?: readonly [low: number, high: number];
  /** α(σ): what x + σ ε is multiplied by before a network sees it. */
  scale(sigma: Tensor): Tensor;
}

/**
 * A process, looked at.
 *
 * @throws GenError `range` for levels that do not rise, or of which one is not a number above 0
 */
export function checkProcess({ name, levels }: Process): void {
  if (levels.length < 2)
    throw new GenError("range", `process "${name}": expected at least two levels, got ${levels.length}`);
  const wrong = levels.findIndex((sigma, k) => !(sigma > (k === 0 ? 0 : levels[k - 1]!) && sigma < Infinity));
  if (wrong < 0) return;
  throw new GenError(
    "range",
    `process "${name}": expected levels above 0 that rise, got ${levels[wrong]} as level ${wrong}${wrong === 0 ? "" : ` after ${levels[wrong - 1]}`}`,
    { fix: "list the noise from the cleanest level to the noisiest, each larger than the one before" },
  );
}

/** [σ_min, σ_max] of what samplers do. */
export function rangeOf({ levels, range }: Process): readonly [low: number, high: number] {
  return range ?? [levels[0]!, levels.at(-1)!];
}

/**
 * σ at times in [0, 1] of the process, between two levels by a straight line in log σ.
 *
 * @param t […] real
 * @returns […]
 */
export function sigmaAt({ levels }: Process, t: Tensor): Tensor {
  const logs = constant(ndarray(levels.map(Math.log), [levels.length])).cast(t.dtype);
  const last = levels.length - 1;
  const at = t.clip(0, 1).mul(last);
  const below = at.floor().minimum(last - 1);
  const share = at.sub(below);
  const index = below.cast("i32");
  const [low, high] = [logs.gather(index), logs.gather(index.add(1))];
  return low.add(high.sub(low).mul(share)).exp();
}

/**
 * The network's clock: 0 at the cleanest level, 1000 at the noisiest, even in log σ, whatever the process.
 *
 * @see Kingma et al. 2021, "Variational diffusion models", §3.2: networks that are told the signal-to-noise ratio
 */
export function clock(process: Process, sigma: Tensor): Tensor {
  const [low, high] = rangeOf(process).map(Math.log) as [number, number];
  return sigma
    .log()
    .sub(low)
    .mul(1000 / (high - low));
}

/**
 * One step of the process: x at level `to`, from x at a cleaner level.
 *
 *     q(x_to | x_from) = N(x_from, (σ_to² − σ_from²) I)
 *
 * In the coordinates α·x this is the chain √(1 − β)·x + √β·ε of Ho et al. 2020, eq. 2.
 */
export function noised(x: Tensor, { from, to, key }: { from: Tensor; to: Tensor; key: Tensor }): Tensor {
  return x.add(randomNormal(key, x.shape).mul(to.square().sub(from.square()).sqrt()));
}

/** Numbers for each row beside rows: [N] as [N, 1, …]; a number for all stays as it is. */
export function column(v: Tensor, x: Tensor): Tensor {
  return v.rank === 0 ? v : v.reshape([v.shape[0]!, ...x.shape.slice(1).map(() => 1)]);
}
