/** @file DPM-Solver++ 2M: Lu et al. 2022, "DPM-Solver++", algorithm 2. arXiv:2211.01095 */
import type { Tensor } from "@gen/core";
import type { Sampler, Step } from "../sampler.js";

/** Second order, one evaluation a step: the last estimate x̂ and the one before, on a line in λ = −log σ. */
export const dpmSolver2m: Sampler = {
  name: "dpm-solver-2m",
  order: 2,
  memory: 1,
  step(step) {
    const { x, from, to, denoise, memory } = step;
    const denoised = denoise(x, from);
    const ahead = extrapolated(denoised, memory[0]!, step);
    const ratio = to.div(from); // e⁻ʰ, h = λ_to − λ_from
    return { x: x.mul(ratio).add(ahead.mul(ratio.neg().add(1))), memory: [denoised] };
  },
};

/** D = (1 + 1/2r) x̂ − 1/2r x̂', r the last step's length in λ over this one's; in the first step x̂. */
export function extrapolated(
  denoised: Tensor,
  last: Tensor,
  { from, to, past, index }: Pick<Step, "from" | "to" | "past" | "index">,
): Tensor {
  const half = from.div(to).log().div(past[0].div(from).log()).mul(0.5); // 1/2r
  return denoised.add(denoised.sub(last).mul(index.equal(0).where(half.mul(0), half)));
}
