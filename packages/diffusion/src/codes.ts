/** @file Rows as codes and back, by the probability-flow ODE, as programs; and walks between two rows. */
import { concat, GenError, inference, scalar, type Program, type Scope, type Tensor } from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import type { DrawAt } from "./draw.js";
import { conditionFields, fields, givenOf, type Feeds, type RowsOptions } from "./feeds.js";
import { inverted, reverted, type OdeOptions } from "./flow-ode.js";

/** Codes of rows: DDIM inversion. Feeds x and the condition. @returns output z [n, …rowShape] */
export function encode(
  model: Diffusion,
  { n, pixels = "f32", ...options }: RowsOptions & Omit<OdeOptions, "count">,
): Program {
  return inference(model, fields(model, { n, pixels }), (feeds: Feeds, scope) => ({
    z: inverted(model, model.encoded(feeds["x"]!, scope).y, { options, at: drawless(feeds, scope, n) }),
  }));
}

/** Rows of codes. Feeds z [n, …rowShape] and the condition. @returns output x [n, …shape] */
export function decode(
  model: Diffusion,
  { n, ...options }: { readonly n: number } & Omit<OdeOptions, "count">,
): Program {
  const batch = { z: [n, ...model.rowShape], ...conditionFields(model, { n }) };
  return inference(model, batch, (feeds: Feeds, scope) => ({
    x: model.decoded(reverted(model, feeds["z"]!, { options, at: drawless(feeds, scope, n) })),
  }));
}

/**
 * A walk from one row to another, on the sphere between their codes. Feeds `from` and `to`, [1, …shape], and the condition
 * of both, if the model has one.
 *
 * @returns output x [ways, …shape], whose ends are the two rows as far as the solver finds them again
 * @throws GenError `range` for fewer than two ways
 * @see Song, Meng & Ermon 2021, §5.3. arXiv:2010.02502
 */
export function interpolate(
  model: Diffusion,
  { ways, ...options }: { readonly ways: number } & Omit<OdeOptions, "count">,
): Program {
  if (!Number.isInteger(ways) || ways < 2) throw new GenError("range", `interpolate: expected ways ≥ 2, got ${ways}`);
  const row = [1, ...model.shape];
  return inference(model, { from: row, to: row, ...conditionFields(model, { n: 1 }) }, (feeds: Feeds, scope) => {
    const { from, to, ...one } = feeds as { from: Tensor; to: Tensor };
    const at = (n: number): DrawAt => drawless(expanded(one, n), scope, n);
    const y = model.encoded(concat([from, to], 0), scope).y;
    const [a, b] = inverted(model, y, { options, at: at(2) }).split([1, 1], 0) as [Tensor, Tensor];
    const between = Array.from({ length: ways }, (_, i) => onSphere(a, b, i / (ways - 1)));
    return { x: model.decoded(reverted(model, concat(between, 0), { options, at: at(ways) })) };
  });
}

/** The same for each of n rows. */
function expanded(feeds: Feeds, n: number): Feeds {
  return Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, t.expand([n, ...t.shape.slice(1)])]));
}

/** Nothing is drawn on the way. */
function drawless(feeds: Feeds, scope: Scope, n: number): DrawAt {
  return { given: givenOf(feeds).given, scope, key: scalar(0n, "u64"), n };
}

/** Weights of a straight line, brought to the norm of a draw: (1 − t) a + t b over √((1 − t)² + t²). */
function onSphere(a: Tensor, b: Tensor, t: number): Tensor {
  return a
    .mul(1 - t)
    .add(b.mul(t))
    .mul(1 / Math.hypot(1 - t, t));
}
