/**
 * @file Pictures to learn from or to measure, of which a part may be hidden: only what is known counts.
 * Mattei & Frellsen 2019, "MIWAE: Deep Generative Modelling and Imputation of Incomplete Data Sets", arXiv:1812.02633.
 */
import { GenError, type Scope, type Tensor } from "@gen/core";
import { repeatRows, type LatentModel } from "./latent.js";

/** Pictures to learn from or to measure: u8 (0 to 255) or f32 intensities in [0, 1]. */
export interface VaeBatch {
  /** [N, …shape] */
  readonly x: Tensor;
  /** [N] i32, for a model with classes. */
  readonly label?: Tensor;
  /** [N, …shape] f32: 1 where x is known, 0 where it is not, and may hold anything. @default all is known */
  readonly mask?: Tensor;
}

export interface Observed {
  /** As the likelihood takes them, 0 where hidden: what the encoder sees. [N, …shape] */
  readonly x: Tensor;
  readonly condition: Tensor | undefined;
  /** log p of what is known, given r codes for each row, [r·N, Z]. @returns [r, N], nats */
  logLikelihood(z: Tensor, r: number, scope: Scope): Tensor;
}

/** A batch as a model sees it. @throws GenError `option` for a mask with a likelihood that is not one of elements */
export function observe(model: LatentModel, { x: pictures, label, mask }: VaeBatch): Observed {
  const condition = model.condition(label);
  const known = mask?.greater(0.5);
  const prepared = model.prepared(pictures);
  const x = known === undefined ? prepared : known.where(prepared, 0);
  const n = x.shape[0]!;
  return {
    x,
    condition,
    logLikelihood(z, r, scope) {
      const repeated = condition && repeatRows(condition, r);
      if (known === undefined) return model.given(z, repeated, scope).logProb(repeatRows(x, r)).reshape([r, n]);
      const elements = model.elements?.(z, repeated, scope).logProb(repeatRows(x, r)); // [r·N, …shape]
      if (elements?.rank !== x.rank) {
        throw new GenError("option", "vae: expected a model of single elements for a mask, got one of whole rows", {
          fix: "leave out the mask, or let the likelihood's `of` take eventDims",
        });
      }
      return repeatRows(known, r).where(elements, 0).flatten().sum(1).reshape([r, n]);
    },
  };
}
