/** @file Filling in what a mask hides, approximately, by Langevin dynamics of codes. */
import {
  GenError,
  grad,
  inference,
  randomNormal,
  randomUniform,
  sameShape,
  scalar,
  scan,
  splitKey,
  type Program,
  type Tensor,
} from "@gen/core";
import type { Flow } from "./flow.js";
import { conditionFields, type Feeds } from "./programs.js";
import { sumRows } from "./transform.js";

export interface CompleteOptions {
  readonly n: number;
  /** Steps of Langevin dynamics. @default 500 */
  readonly steps?: number;
  /** How far, in the units of the first transform, a completed row may be from what is known: the last σ. @default 0.05 */
  readonly tolerance?: number;
  /** Step size, as a share of σ². @default 0.2 */
  readonly stepSize?: number;
}

/** Where the tolerance starts: everything is allowed. */
const FIRST = 1;

/**
 * Fills in what a mask hides, approximately: Langevin dynamics in z, whose rows x(z) are held near what is known,
 *
 *     log π_σ(z) = log p_base(z) − ‖m ⊙ (x(z) − x)‖² / 2σ²
 *     z ← z + ½ ε ∇ log π_σ(z) + √ε ξ,   ξ ~ N(0, I),   ε = stepSize · σ²
 *
 * while σ falls from 1 to the tolerance; a step that detailed balance refuses is not taken. It becomes exact for a
 * tolerance → 0 and many steps. Feeds x [n, …shape] f32, whose hidden part may hold anything, and mask [n, …shape] f32, 1
 * where x is known and 0 where it is not.
 *
 * @returns output x [n, …shape], whose known part is that of the feed, to the bit
 * @throws GenError `range` for less than one step, or a tolerance or step size that is not above 0; `option` for a codec
 *   whose rows have another shape than the model's
 * @see Roberts & Tweedie 1996, "Exponential convergence of Langevin distributions and their discrete approximations", §1.4
 */
export function complete(flow: Flow, { n, steps = 500, tolerance = 0.05, stepSize = 0.2 }: CompleteOptions): Program {
  if (!Number.isInteger(steps) || steps < 1) throw new GenError("range", `complete: expected steps ≥ 1, got ${steps}`);
  if (!(tolerance > 0 && tolerance <= FIRST) || !(stepSize > 0)) {
    throw new GenError(
      "range",
      `complete: expected a tolerance in (0, ${FIRST}] and a step size above 0, got ${tolerance} and ${stepSize}`,
    );
  }
  if (flow.codec !== undefined && !sameShape(flow.shape, flow.codec.output))
    throw new GenError("option", "complete: expected a codec that keeps the shape of rows, got one that does not");
  const shape = [n, ...flow.shape];
  const batch = { x: shape, mask: shape, ...conditionFields(flow, n) };
  return inference(flow, batch, ({ x, mask, ...condition }: Feeds, scope) => {
    const at = { scope, context: flow.contextOf(condition) };
    const isKnown = mask!.greater(0.5);
    const safe = isKnown.where(x!, 0.5); // NaN may hide where nobody looks
    const rows = [n, ...flow.transform.shape];
    const known = (flow.codec?.encode(safe, scope, { dequantise: "middle" }).y ?? safe).reshape(rows);
    const weight = mask!.reshape(rows).greater(0.5).cast(known.dtype);

    const score = (z: Tensor): Point => {
      const { x: found } = flow.transform.inverse(z, at);
      const misfit = sumRows(found.sub(known).mul(weight).square()).mul(0.5); //    [N]
      const prior = flow.base.logProb(z, scope, at.context);
      const [up] = grad(prior.sum(), [z]) as [Tensor];
      const [away] = grad(misfit.sum(), [z]) as [Tensor];
      return [z, prior, misfit, up, away];
    };
    const sampled = flow.transform.inverse(flow.base.sample(n, scope, at.context), at).x;
    const start = flow.transform.forward(weight.greater(0.5).where(known, sampled), at).y;
    const [key, fall] = [scope.nextKey(), Math.log(tolerance / FIRST) / Math.max(1, steps - 1)];
    const { carry } = scan({ carry: [...score(start), scalar(0n, "u64")], length: steps }, (values) => {
      const [z, prior, misfit, up, away, i] = values as [...Point, Tensor];
      const point: Point = [z, prior, misfit, up, away];
      const precision = i
        .cast(known.dtype)
        .mul(-2 * fall)
        .exp()
        .mul(FIRST ** -2); // 1/σ²
      const epsilon = precision.reciprocal().mul(stepSize);
      const [ofKick, ofChoice] = [
        splitKey(splitKey(key, i), scalar(0n, "u64")),
        splitKey(splitKey(key, i), scalar(1n, "u64")),
      ];
      const kick = randomNormal(ofKick, z.shape).cast(known.dtype).mul(epsilon.sqrt());
      const next = score(drift(point, precision, epsilon).add(kick));
      const forth = sumRows(kick.square());
      const back = sumRows(z.sub(drift(next, precision, epsilon)).square());
      const gain = height(next, precision).sub(height(point, precision));
      const logRatio = gain.add(forth.sub(back).div(epsilon.mul(2)));
      const isTaken = randomUniform(ofChoice, [n]).cast(known.dtype).log().less(logRatio); // not where it is NaN
      const chosen = next.map((part, k) =>
        isTaken
          .reshape([n, ...part.shape.slice(1).map(() => 1)])
          .expand(part.shape)
          .where(part, point[k]!),
      );
      return { carry: [...chosen, i.add(scalar(1n, "u64"))] };
    });
    const found = flow.transform.inverse(carry[0]!, at).x.reshape(shape);
    return { x: isKnown.where(x!, flow.codec?.decode(found) ?? found) };
  });
}

/** A code, log p_base there, half the squared distance of its row from what is known, and the slopes of both. */
type Point = [z: Tensor, prior: Tensor, misfit: Tensor, up: Tensor, away: Tensor];

/** log π_σ of each code: [N] */
function height([, prior, misfit]: Point, precision: Tensor): Tensor {
  return prior.sub(misfit.mul(precision));
}

/** Where a code goes but for the kick. */
function drift([z, , , up, away]: Point, precision: Tensor, epsilon: Tensor): Tensor {
  return z.add(up.sub(away.mul(precision)).mul(epsilon.mul(0.5)));
}
