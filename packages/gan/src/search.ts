/** @file The way back: the noise from which the generator makes a given row, or the part of it that is known. */
import {
  concat,
  GenError,
  grad,
  inference,
  scalar,
  scan,
  type BatchField,
  type Program,
  type Scope,
  type Tensor,
} from "@gen/core";
import { checkNumber, checkWhole } from "./check.js";
import type { Gan } from "./gan.js";
import { labels, type Feeds } from "./programs.js";

export interface SearchOptions {
  /** Rows. */
  readonly n: number;
  /** Steps of Adam. @default 200 */
  readonly steps?: number;
  /** At the start; it falls to nothing along half a cosine. @default 0.1 */
  readonly learningRate?: number;
  /** Searches from different places, of which each row keeps the best. @default 4 */
  readonly starts?: number;
  /** Weight of −log p(z): how near to the middle z stays. @default 1e-3 */
  readonly prior?: number;
  /** Weight of the error in the discriminator's features, beside the mean squared error of the row; without a mask. @default 0 */
  readonly features?: number;
  /** Feed `mask` [n, …shape] f32 as well, 1 where x counts: in-painting, or an edit that shall stand. @default false */
  readonly masked?: boolean;
  /** How rows are given: numbers, or bytes from 0 to 255 for pictures. @default "f32" */
  readonly pixels?: "u8" | "f32";
}

/**
 * Finds the noise of given rows, by descent through the generator:
 *
 *     z* = argmin_z  mean of m·(G(z) − x)² + λ ½‖z‖²/Z  (+ μ ‖φ(G(z)) − φ(x)‖²/F)
 *
 * where m is the mask, 1 without one, and φ the features of the discriminator. Of a model with codes, these are searched for
 * as real numbers. To edit a picture: paint on it and search for z with a mask of the painting and of what shall stay, or
 * search, move z and `generate`. Feeds x [n, …shape], `mask`, and `label` of a model with classes.
 *
 * @returns outputs z [n, latent.width], x [n, …shape] = G(z), error [n], the mean squared error where the mask is, in the
 * players' units
 * @throws GenError `range` for counts and weights out of range, `option` for features beside a mask
 * @see Zhu, Krähenbühl, Shechtman & Efros 2016, "Generative Visual Manipulation on the Natural Image Manifold", §3.1. arXiv:1609.03552;
 * in-painting: Yeh et al. 2017, arXiv:1607.07539
 */
export function search(gan: Gan, options: SearchOptions): Program {
  const { n, masked = false, pixels = "f32" } = options;
  const shape = [n, ...gan.shape];
  const mask: Record<string, BatchField> = masked ? { mask: shape } : {};
  const batch = { x: { shape, dtype: pixels }, ...mask, ...labels(gan, n) };
  return inference(gan, batch, (feeds: Feeds, scope) => searched(gan, options, { feeds, scope }));
}

interface Site {
  readonly feeds: Feeds;
  readonly scope: Scope;
  /** The number of steps in the graph, of a file that leaves it open. @default that of the options */
  readonly count?: Tensor;
}

/** What {@link search} gives, in a graph. */
export function searched(gan: Gan, options: SearchOptions, { feeds, scope, count }: Site): Record<string, Tensor> {
  const { n, steps = 200, starts = 4, masked = false } = options;
  const { learningRate = 0.1, prior = 1e-3, features = 0 } = options;
  [n, steps, starts].forEach((each) => checkWhole("n, steps and starts", each, { where: "search", least: 1 }));
  [learningRate, prior, features].forEach((weight) =>
    checkNumber("learningRate, prior and features", weight, { where: "search" }),
  );
  if (masked && features > 0) {
    throw new GenError("option", "search: expected no features beside a mask, as what is hidden has none, got both", {
      fix: "leave one of them out",
    });
  }
  const rows = n * starts;
  /** Each row once for each start. */
  const again = (t: Tensor): Tensor => concat(new Array<Tensor>(starts).fill(t), 0);
  const counts = masked ? feeds["mask"]!.greater(0.5) : undefined;
  const safe = counts === undefined ? feeds["x"]! : counts.where(feeds["x"]!, 0); // NaN may hide where nobody looks
  const wanted = again(gan.encode(safe, scope));
  const weights = counts && again(where(gan, counts.cast("f32")).reshape([n, ...wanted.shape.slice(1)])).flatten();
  const condition = gan.condition(feeds["label"]);
  const given = condition && again(condition);
  const { net } = gan.discriminator;
  const goal = features > 0 ? net.judge(wanted, given, scope).features : undefined;

  const errorOf = (y: Tensor): Tensor => {
    const miss = y.sub(wanted).flatten().square(); // [rows, D]
    return weights === undefined ? miss.mean(1) : miss.mul(weights).sum(1).div(weights.sum(1).maximum(1));
  };
  const costOf = (z: Tensor, y: Tensor): Tensor => {
    const apart = z.square().mean(1);
    const near = errorOf(y).add(apart.mul(prior / 2));
    if (goal === undefined) return near;
    return near.add(net.judge(y, given, scope).features.sub(goal).square().mean(1).mul(features));
  };
  const z = descend(
    gan.latent.draw(rows, scope),
    { steps, count: count ?? scalar(steps), learningRate },
    (now) => grad(costOf(now, gan.generate(now, given, scope)).sum(), [now])[0]!,
  );
  const made = gan.generate(z, given, scope);
  const best = costOf(z, made).reshape([starts, n]).neg().argMax(0); // [n], i32
  const place = best.mul(n).add(indices(n));
  return { z: z.gather(place), x: gan.decode(made.gather(place)), error: errorOf(made).gather(place) };
}

/** A mask of rows for what the players see of them: a column may be several numbers. */
function where({ codec }: Gan, mask: Tensor): Tensor {
  return codec?.known?.(mask) ?? mask;
}

function indices(n: number): Tensor {
  return scalar(1, "i32").expand([n]).cumSum(0, { exclusive: true });
}

interface Descent {
  readonly steps: number;
  /** The same in the graph. */
  readonly count: Tensor;
  readonly learningRate: number;
}

/** Below slopes of this size steps become short: the sign of what is nearly nothing is chance, and differs by device. */
const EPSILON = 1e-4;

/** Adam inside the graph, each row by itself. */
function descend(start: Tensor, { steps, count, learningRate }: Descent, slope: (z: Tensor) => Tensor): Tensor {
  const [decay1, decay2] = [0.9, 0.99];
  const zeros = start.mul(0);
  const { carry } = scan({ carry: [start, zeros, zeros, scalar(0)], length: steps }, ([z, m, v, t]) => {
    const g = slope(z!);
    const [nextM, nextV] = [m!.mul(decay1).add(g), v!.mul(decay2).add(g.square())];
    const rate = t!
      .div(count)
      .mul(Math.PI)
      .cos()
      .add(1)
      .mul(learningRate / 2);
    // m̂ / (√v̂ + ε), without powers of the decays: their sums so far are (1 − βᵗ)/(1 − β)
    const after = t!.add(1);
    const bias = (decay: number): Tensor =>
      after
        .mul(Math.log(decay))
        .exp()
        .neg()
        .add(1)
        .mul(1 / (1 - decay));
    const step = nextM.div(bias(decay1)).div(nextV.div(bias(decay2)).sqrt().add(EPSILON));
    return { carry: [z!.sub(step.mul(rate)), nextM, nextV, after] };
  });
  return carry[0]!;
}
