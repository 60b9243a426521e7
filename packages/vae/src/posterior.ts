/** @file Posteriors q(z|x): a normal distribution for each row, and what a transport makes of it. */
import { GenError, randomNormal, type Scope, type Tensor } from "@gen/core";
import type { Density, Mapped, Transport } from "@gen/core/prob";
import { repeatRows, type Posterior } from "./latent.js";

/** An invertible map of codes that enriches the posterior, or how to make one. A planar or an autoregressive flow is one. */
export type PosteriorOption = Transport | ((sizes: { readonly latentDim: number }) => Transport);

/** @throws GenError `range` for a transport whose number of context numbers is none */
export function transportOf(option: PosteriorOption | undefined, latentDim: number): Transport | undefined {
  const transport = typeof option === "function" ? option({ latentDim }) : option;
  if (transport !== undefined && !(Number.isInteger(transport.contextDim) && transport.contextDim >= 0))
    throw new GenError("range", `vae: expected a posterior with contextDim ≥ 0, got ${transport.contextDim}`);
  return transport;
}

/** What an encoder says of each row. */
export interface Encoded {
  /** [N, Z] */
  readonly mean: Tensor;
  readonly logStd: Tensor;
  /** [N, contextDim], for a transport that takes context. */
  readonly context?: Tensor | undefined;
}

/** q(z|x) = N(μ(x), diag σ²(x)) against N(0, I): each latent number is a group of its own. */
export function normalPosterior({ mean, logStd }: Encoded): Posterior {
  const std = logStd.exp();
  const [n, width] = mean.shape as [number, number];
  return {
    mean,
    std,
    kl: mean.square().add(std.square()).sub(1).mul(0.5).sub(logStd), // [N, Z]
    draw: (k, scope) => {
      const noise = randomNormal(scope.nextKey(), [k, n, width]);
      const z = noise.mul(std).add(mean); //                             [K, N, Z]
      const gap = z.square().sub(noise.square()).mul(0.5).sub(logStd); // log q(z|x) − log N(z; 0, I)
      return { z: z.reshape([k * n, width]), gap: gap.reshape([k * n, width]) };
    },
  };
}

/**
 * A posterior against any prior, by draws: z = f(z₀) with z₀ ~ N(μ(x), diag σ²(x)), and
 *
 *     log q(z|x) = log q₀(z₀|x) − log |det ∂f/∂z₀|
 *
 * Its `mean` is where f takes μ(x), its `std` is that of q₀.
 *
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eq. 7
 */
export function transportedPosterior(
  { mean, logStd, context }: Encoded,
  { transport, prior, scope }: { transport: Transport | undefined; prior: Density; scope: Scope },
): Posterior {
  const std = logStd.exp();
  const [n, width] = mean.shape as [number, number];
  const constant = 0.5 * width * Math.log(2 * Math.PI);
  return {
    mean: transport === undefined ? mean : transport.forward(mean, { context, scope }).y,
    std,
    draw: (k, scope) => {
      const noise = randomNormal(scope.nextKey(), [k, n, width]);
      const z0 = noise
        .mul(std)
        .add(mean)
        .reshape([k * n, width]);
      const logQ0 = noise
        .square()
        .mul(0.5)
        .add(logStd)
        .sum(2)
        .add(constant)
        .neg()
        .reshape([k * n]);
      const moved = transport && transported(z0, { transport, context, k, scope });
      const z = moved?.y ?? z0;
      const logQ = moved === undefined ? logQ0 : logQ0.sub(moved.logDet);
      return { z, gap: logQ.sub(prior.logProb(z, scope)).unsqueeze(1) };
    },
  };
}

interface TransportedOptions {
  readonly transport: Transport;
  /** [N, contextDim] */
  readonly context: Tensor | undefined;
  readonly k: number;
  readonly scope: Scope;
}

/** Where a transport takes k draws of each of N rows, [K·N, Z], by the context of the rows. */
export function transported(z0: Tensor, { transport, context, k, scope }: TransportedOptions): Mapped {
  const seen = context && transport.sharesContext !== true ? repeatRows(context, k) : context;
  return transport.forward(z0, { context: seen, scope });
}
