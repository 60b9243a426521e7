/**
 * @file Rows to learn from or to measure, of which a part may be hidden: only what is known counts.
 * Mattei & Frellsen 2019, "MIWAE: Deep Generative Modelling and Imputation of Incomplete Data Sets", arXiv:1812.02633.
 */
import { GenError, type Scope, type Tensor } from "@gen/core";
import type { EncodeOptions } from "@gen/core/codec";
import { repeatRows, type LatentModel } from "./latent.js";

/** Rows to learn from or to measure. */
export interface VaeBatch {
  /** [N, …shape], in the user's units: pictures as u8 (0 to 255) or as f32 intensities in [0, 1]. */
  readonly x: Tensor;
  /** [N] i32, for a model with classes. */
  readonly label?: Tensor;
  /** [N, …shape], f32 or u8: 1 where x is known, 0 where it is not, and may hold anything. @default what the codec knows */
  readonly mask?: Tensor;
}

export interface Observed {
  /** As the codec gives them, 0 where hidden: what the encoder sees. [N, …codec.output] */
  readonly x: Tensor;
  /** Which of these are known, [N, …codec.output] bool; nothing where all are. */
  readonly known: Tensor | undefined;
  readonly condition: Tensor | undefined;
  /** log p of what is known, in the user's units, given r codes for each row, [r·N, Z]. @returns [r, N], nats */
  logLikelihood(z: Tensor, r: number, scope: Scope): Tensor;
}

/** A batch as a model sees it. @throws GenError `option` for a hidden part with a likelihood that is not one of elements */
export function observe(
  model: LatentModel,
  { x: rows, label, mask }: VaeBatch,
  { scope, ...options }: { readonly scope: Scope } & Pick<EncodeOptions, "dequantise">,
): Observed {
  const condition = model.condition(label);
  const { y, logDet, mask: given } = model.codec.encode(rows, scope, { ...options, mask });
  const known = given?.greater(0.5);
  const x = known === undefined ? y : known.where(y, 0);
  const n = x.shape[0]!;
  const logLikelihoodOfRow = (z: Tensor, r: number, scope: Scope): Tensor => {
    const repeated = condition && repeatRows(condition, r);
    if (known === undefined) return model.given(z, repeated, scope).logProb(repeatRows(x, r)).reshape([r, n]);
    const elements = model.elements(z, repeated, scope).logProb(repeatRows(x, r)); // [r·N, …]
    if (elements.rank !== x.rank) {
      throw new GenError("option", "vae: expected a model of single elements for a mask, got one of whole rows", {
        fix: "leave out the mask, or let the likelihood's `of` take eventDims",
      });
    }
    return repeatRows(known, r).where(elements, 0).flatten().sum(1).reshape([r, n]);
  };
  return { x, known, condition, logLikelihood: (z, r, scope) => logLikelihoodOfRow(z, r, scope).add(logDet) };
}
