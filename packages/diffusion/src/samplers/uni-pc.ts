/** @file UniPC-2: Zhao et al. 2023, "UniPC", algorithm 1 with B(h) = eʰ − 1, for x̂ (appendix E.4). arXiv:2302.04867 */
import type { Tensor } from "@gen/core";
import type { Sampler, Step } from "../sampler.js";
import { extrapolated } from "./dpm-solver.js";

/** Third order, one evaluation a step: x̂ where x arrived corrects the step that led there, and begins the next one. */
export const uniPc: Sampler = {
  name: "uni-pc",
  order: 3,
  memory: 3,
  step(step) {
    const { from, to, index, denoise, memory } = step;
    const now = denoise(step.x, from);
    const x = index.equal(0).where(step.x, corrected(step, now));
    const ahead = extrapolated(now, memory[1]!, step);
    const ratio = to.div(from);
    return { x: x.mul(ratio).add(ahead.mul(ratio.neg().add(1))), memory: [x, now, memory[1]!] };
  },
};

/** The step before → from once more, with x̂ at its end. */
function corrected({ from, past, index, memory }: Step, now: Tensor): Tensor {
  const [before, earlier] = past;
  const [start, d0, d1] = memory as [Tensor, Tensor, Tensor];
  const h = before.div(from).log();
  const r = before.div(earlier).log().div(h); // (λ_earlier − λ_before) / h, below 0
  const [p1, p2, p3] = phis(h.neg());
  const [b1, b2] = [p2.div(p1), p3.mul(2).div(p1)];
  const isSecond = index.equal(1); // of the step before the first nothing is known
  const end = isSecond.where(b1.mul(0).add(0.5), b2.sub(b1.mul(r)).div(r.neg().add(1)));
  const past1 = isSecond.where(b1.mul(0), b1.sub(end));
  const slopes = now
    .sub(d0)
    .mul(end)
    .add(d1.sub(d0).mul(past1.div(r)));
  const ratio = from.div(before);
  return start.mul(ratio).add(d0.add(slopes).mul(ratio.neg().add(1)));
}

/** φ_k(z) = Σ zʲ / (j + k)!, k = 1, 2, 3, for z < 0; by the series near 0, where the closed forms lose their digits. */
function phis(z: Tensor): [Tensor, Tensor, Tensor] {
  const first = z.exp().sub(1).div(z);
  const second = first.sub(1).div(z);
  const third = second.sub(0.5).div(z);
  const near = z.maximum(-1);
  return [first, second, third].map((closed, i) => z.less(-1).where(closed, series(near, i + 1))) as never;
}

function series(z: Tensor, k: number): Tensor {
  const factorial = (m: number): number => (m < 2 ? 1 : m * factorial(m - 1));
  const terms = Array.from({ length: 11 }, (_, j) => 1 / factorial(10 - j + k));
  return terms.slice(1).reduce((sum, term) => sum.mul(z).add(term), z.mul(0).add(terms[0]!));
}
