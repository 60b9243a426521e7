/** @file Filling in: the hidden part of rows, given the known one. */
import {
  GenError,
  inference,
  randomUniform,
  scalar,
  scan,
  splitKey as splitAt,
  traceScope,
  type BatchField,
  type Program,
  type Scope,
  type Tensor,
} from "@gen/core";
import type { LatentModel } from "./latent.js";
import { observe, type VaeBatch } from "./observed.js";
import { fields } from "./programs.js";
import { checkWhole } from "./rows.js";

export interface CompleteOptions {
  readonly n: number;
  /** Rounds of pseudo-Gibbs sampling; 0 suits a model that was trained with a mask. @default 50 */
  readonly rounds?: number;
  /** Draws of z that are then weighed by how well they explain what is known. @default 50 */
  readonly k?: number;
  /** What fills: the mean of the hidden part given the known one, or a draw. @default "mean" */
  readonly draw?: "mean" | "sample";
}

/**
 * Fills in what a mask hides. First by pseudo-Gibbs sampling: the hidden part is drawn from p(x|z) with z ~ q(z|x),
 * again and again, which finds rows that q knows. Then by importance sampling from the q of the last of them:
 *
 *     E[x_hidden | x_known] ≈ Σ_k w_k E[x_hidden | z_k] / Σ_k w_k        w = p(x_known|z) p(z) / q(z|x)
 *
 * or, for a draw, x_hidden ~ p(x|z_k) with k drawn in proportion to w. Feeds x [n, …shape] f32, whose hidden part may
 * hold anything, and mask [n, …shape] f32, 1 where x is known and 0 where it is not. NaN is never known. Of a table, a
 * category is filled with the likeliest one.
 *
 * @returns output completed [n, …shape], whose known part is that of the feed, to the bit
 * @throws GenError `range` for rounds below 0 or less than one draw, `option` for a codec that does not leave gaps to the
 *   model
 * @see Rezende, Mohamed & Wierstra 2014, arXiv:1401.4082, appendix F; Mattei & Frellsen 2019, arXiv:1812.02633, eq. 8
 */
export function complete(model: LatentModel, { n, ...options }: CompleteOptions): Program {
  const { rounds = 50, k = 50 } = options;
  checkWhole("rounds", rounds, { where: "complete", least: 0 });
  checkWhole("k", k, { where: "complete", least: 1 });
  const batch: Record<string, BatchField> = { ...fields(model, { n, masked: true }) };
  return inference(model, batch, (inputs: Readonly<Record<string, Tensor>>, scope) => ({
    completed: completed(model, inputs as unknown as MaskedBatch, { rounds, k, scope, ...options }),
  }));
}

export type MaskedBatch = VaeBatch & { readonly mask: Tensor };

/** Rows filled in inside a graph. */
export function completed(
  model: LatentModel,
  { x, mask, label }: MaskedBatch,
  {
    rounds,
    k,
    draw = "mean",
    scope,
  }: Required<Pick<CompleteOptions, "rounds" | "k">> & Pick<CompleteOptions, "draw"> & { readonly scope: Scope },
): Tensor {
  const n = x.shape[0]!;
  const isGiven = mask.greater(0.5).and(x.equal(x));
  const rows = { x, mask: isGiven.cast("f32"), ...(label && { label }) };
  const seen = observe(model, rows, { scope, dequantise: "middle" });
  const { known, condition } = seen;
  if (known === undefined) {
    throw new GenError(
      "option",
      "complete: expected a codec that leaves gaps to the model, got one that encodes them",
      {
        fix: 'new Table({ …, gaps: "mask" })',
      },
    );
  }
  const [gibbs, weighing, last] = [scope.nextKey(), scope.nextKey(), scope.nextKey()];
  const at = (key: Tensor, i: Tensor): Scope => traceScope(scope.mode, splitAt(key, i));
  const { carry: chain } = scan({ carry: [seen.x, scalar(0, "i32")], length: rounds }, ([whole, i]) => {
    const inner = at(gibbs, i!);
    const { z } = model.posterior(whole!, condition, inner).draw(1, inner);
    const drawn = model.given(z, condition, inner).sample(inner.nextKey());
    return { carry: [known.where(seen.x, drawn), i!.add(1)] };
  });
  const q = model.posterior(chain[0]!, condition, scope);
  const none = scalar(0).expand([n]);
  const perRow = (weight: Tensor): Tensor => weight.reshape([n, ...model.codec.output.map(() => 1)]);
  const start = [
    scalar(-1e30).expand([n]),
    none,
    scalar(0).expand(seen.x.shape),
    scalar(0).expand([n, model.latentDim]),
    scalar(0, "i32"),
  ];
  const { carry } = scan({ carry: start, length: k }, ([m, s, sum, chosen, i]) => {
    const inner = at(weighing, i!);
    const { z, gap } = q.draw(1, inner);
    const logW = seen.logLikelihood(z, 1, inner).squeeze(0).sub(gap.sum(1)); // [n]
    const top = m!.maximum(logW);
    const [before, now] = [m!.sub(top).exp(), logW.sub(top).exp()];
    const total = s!.mul(before).add(now);
    const mean = sum!.mul(perRow(before)).add(model.given(z, condition, inner).mean.mul(perRow(now)));
    const isChosen = randomUniform(inner.nextKey(), [n]).mul(total).less(now).unsqueeze(1); // each z, by its weight
    return { carry: [top, total, mean, isChosen.where(z, chosen!), i!.add(1)] };
  });
  const [, s, sum, chosen] = carry as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const filled = draw === "mean" ? sum.div(perRow(s)) : model.given(chosen, condition, scope).sample(last);
  return isGiven.where(x, model.codec.decode(filled));
}
