/** @file The contract of optimizers, and how they chain: (params, grads, state) → (params', state'), in nodes. */
import { GenError } from "../error.js";
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";

/** States by name, as given by {@link Optimizer.init}: inputs at first, next values after an update. */
export type States = Readonly<Record<string, Tensor>>;

export interface UpdateSite {
  /** Names of the parameters: their paths. */
  readonly names: readonly string[];
  readonly params: readonly Tensor[];
  /** What is to be followed downhill: gradients, or what an earlier link made of them. */
  readonly grads: readonly Tensor[];
  readonly states: States;
}

export interface Update {
  /** In the direction of descent: params' = params − steps, unless a later link changes them. */
  readonly steps: readonly Tensor[];
  readonly states: States;
}

/** One link of an optimizer. The last link's steps are subtracted from the parameters. */
export interface Optimizer {
  /** The states that it keeps for parameters of these names and shapes. */
  init(names: readonly string[], params: readonly Tensor[]): States;
  update(site: UpdateSite): Update;
}

/** Links one after the other: each receives what the one before it gives. */
export function chain(...links: readonly Optimizer[]): Optimizer {
  return {
    init: (names, params) => Object.fromEntries(links.flatMap((link, i) => under(i, link.init(names, params)))),
    update: (site) => {
      let steps = site.grads;
      const states = links.flatMap((link, i) => {
        const update = link.update({ ...site, grads: steps, states: statesUnder(i, site.states) });
        steps = update.steps;
        return under(i, update.states);
      });
      return { steps, states: Object.fromEntries(states) };
    },
  };
}

/** The states of part `part`, under names that tell it from other parts: `<part>.<name>`. */
export function under(part: number | string, states: States): [string, Tensor][] {
  return Object.entries(states).map(([name, s]) => [`${part}.${name}`, s]);
}

/** What {@link under} put away, by the part's own names. */
export function statesUnder(part: number | string, states: States): States {
  const prefix = `${part}.`;
  return Object.fromEntries(
    Object.entries(states).flatMap(([name, s]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), s]] : [])),
  );
}

/** A state of zeros for each kind and parameter, as wide as the parameter: `<kind>.<name>`. */
export function statesLike(names: readonly string[], params: readonly Tensor[], kinds: readonly string[]): States {
  return Object.fromEntries(
    names.flatMap((name, i) =>
      kinds.map((kind) => [`${kind}.${name}`, state(params[i]!.shape, undefined, params[i]!.dtype)] as const),
    ),
  );
}

/** The real type that scalars of a step are computed in: that of the parameters. */
export function realOf(params: readonly Tensor[]): Tensor["dtype"] {
  return params[0]?.dtype ?? "f32";
}

/** @throws GenError `option` for a number outside of [low, high), or of [low, ∞) without `high` */
export function checkOption(
  where: string,
  options: Readonly<Record<string, unknown>>,
  [low, high = Infinity]: readonly [number, number?],
): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== "number" || (value >= low && value < high)) continue;
    throw new GenError(
      "option",
      `${where}: expected ${name} in [${low}, ${high === Infinity ? "∞" : high}), got ${value}`,
    );
  }
}
