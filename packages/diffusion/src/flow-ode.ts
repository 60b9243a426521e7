/**
 * @file The probability-flow ODE between data and noise, dx/dσ = (x − x̂)/σ: followed upward it gives codes (DDIM inversion)
 * and exact densities, downward it decodes. Song et al. 2021, §4.3 and appendix D. arXiv:2011.13456
 */
import { GenError, hutchinsonTrace, jacobianTrace, randomSigns, scalar, scan, splitKey, type Tensor } from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import type { Denoiser, Sampler } from "./sampler.js";
import { samplerOf } from "./samplers.js";
import { estimator, sigmasOf, walkOf, type DrawAt, type DrawOptions } from "./draw.js";
import { walked } from "./walk.js";

/** How the ODE is followed; a sampler without noise and memory. @default steps 50, sampler "heun" */
export type OdeOptions = Pick<DrawOptions, "steps" | "count" | "sampler" | "spacing" | "guidance">;

/**
 * Codes of rows: y at the lowest level of a schedule, followed up to its highest, in units of that level. For rows like the
 * data they are draws from N(0, I).
 *
 * @param y [N, …rowShape]
 * @returns z of the same shape
 * @throws GenError `option` for a sampler that draws or remembers
 * @see Song, Meng & Ermon 2021, §4.3. arXiv:2010.02502
 */
export function inverted(model: Diffusion, y: Tensor, { options, at }: { options: OdeOptions; at: DrawAt }): Tensor {
  const sampler = solverOf(options);
  const { steps = 50 } = options;
  const sigmas = sigmasOf(model, options);
  const denoise = plainDenoiser(model, options, at);
  const { carry } = scan({ carry: [y, scalar(steps - 1, "i32")], length: steps - 1 }, ([x, i]) => {
    const [from, to] = [sigmas.gather(i!), sigmas.gather(i!.sub(1))];
    return { carry: [stepped(sampler, { x: x!, from, to, denoise }), i!.sub(1)] };
  });
  return carry[0]!.div(sigmas.gather(scalar(0, "i32")));
}

/** Rows of codes: undoes {@link inverted} as well as the solver can. @param z [n, …rowShape] */
export function reverted(model: Diffusion, z: Tensor, { options, at }: { options: OdeOptions; at: DrawAt }): Tensor {
  const { steps = 50 } = options;
  const path = walkOf(model, { ...options, sampler: solverOf(options) }, at);
  const [, ...handed] = path.begin(z.shape);
  const top = sigmasOf(model, options).gather(scalar(0, "i32"));
  return walked(path, [z.mul(top), ...handed], steps);
}

export interface DensityOptions extends OdeOptions {
  /** "exact": one pullback for each number of a row, for rows [D]; "hutchinson": an unbiased estimate by one. @default "hutchinson" */
  readonly trace?: "hutchinson" | "exact";
}

/**
 * log p(y) by the change of variables along the ODE:
 *
 *     log p(y) = log N(x_T; 0, σ_T² I) + ∫ tr ∂f/∂x dσ        f = (x − x̂)/σ
 *
 * exact but for the steps, the noise below the lowest level, and the estimate of the trace. The steps are Heun's in log σ, of
 * u = x/√(1 + σ²), which changes little where there is more noise than signal.
 *
 * @returns [N], nats
 * @see Song et al. 2021, eq. 39. arXiv:2011.13456; Grathwohl et al. 2019, arXiv:1810.01367
 */
export function odeLogProb(
  model: Diffusion,
  y: Tensor,
  { options, at }: { options: DensityOptions; at: DrawAt },
): Tensor {
  const { steps = 50, trace = "hutchinson", spacing = "exponential" } = options;
  const sigmas = sigmasOf(model, { ...options, spacing });
  const denoise = plainDenoiser(model, options, at);
  const probes = randomSigns(splitKey(at.key, 1), y.shape);
  const root = (sigma: Tensor): Tensor => sigma.square().add(1).sqrt();
  /** Derivatives by log σ: of u, and of log |det|. */
  const field = (u: Tensor, sigma: Tensor): [Tensor, Tensor] => {
    const x = u.mul(root(sigma));
    const v = x.sub(denoise(x, sigma)); // dx/d log σ
    const divergence = trace === "exact" ? jacobianTrace(v, x) : hutchinsonTrace(v, x, probes);
    return [v.div(root(sigma)).sub(u.mul(sigma.div(root(sigma)).square())), divergence];
  };
  const low = sigmas.gather(scalar(steps - 1, "i32"));
  const start = [y.div(root(low)), y.flatten().sum(1).mul(0), scalar(steps - 1, "i32")];
  const { carry } = scan({ carry: start, length: steps - 1 }, ([u, total, i]) => {
    const [from, to] = [sigmas.gather(i!), sigmas.gather(i!.sub(1))];
    const h = to.div(from).log();
    const [slope, divergence] = field(u!, from);
    const [slopeAhead, ahead] = field(u!.add(slope.mul(h)), to);
    const half = h.mul(0.5);
    return { carry: [u!.add(slope.add(slopeAhead).mul(half)), total!.add(divergence.add(ahead).mul(half)), i!.sub(1)] };
  });
  const top = sigmas.gather(scalar(0, "i32"));
  const z = carry[0]!.mul(root(top).div(top)).flatten(); //                                [N, D]
  const d = z.shape[1]!;
  const base = z
    .square()
    .sum(1)
    .mul(-0.5)
    .sub(top.log().mul(d))
    .sub(0.5 * d * Math.log(2 * Math.PI));
  return base.add(carry[1]!);
}

function plainDenoiser(model: Diffusion, options: OdeOptions, at: DrawAt): Denoiser {
  if (model.selfCondition)
    throw new GenError(
      "option",
      "ode: expected a model without self-conditioning, got one whose estimates depend on the last",
    );
  const estimate = estimator(model, options, at);
  return (x, sigma) => estimate(x, sigma, x).mean;
}

function solverOf({ sampler = "heun" }: OdeOptions): Sampler {
  const solver = samplerOf(sampler);
  if (solver.draws === true || (solver.memory ?? 0) > 0 || solver.order === 0)
    throw new GenError("option", `ode: expected a sampler without noise or memory, got "${solver.name}"`, {
      fix: 'take "euler", "ddim" or "heun"',
    });
  return solver;
}

/** One step of a plain solver between any two levels. */
function stepped(
  sampler: Sampler,
  { x, from, to, denoise }: { x: Tensor; from: Tensor; to: Tensor; denoise: Denoiser },
): Tensor {
  const next = sampler.step({
    x,
    from,
    to,
    denoise,
    past: [from, from],
    index: scalar(0, "i32"),
    blend: () => undefined,
    noise: () => x,
    key: scalar(0n, "u64"),
    memory: [],
    scale: (sigma) => sigma,
  });
  return "x" in next ? next.x : next;
}
