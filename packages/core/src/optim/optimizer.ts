/** @file The contract of optimizers, and how they chain: (params, grads, state) → (params', state'), in nodes. */
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
  const own = (states: States, i: number): States =>
    Object.fromEntries(
      Object.entries(states).flatMap(([name, s]) => (name.startsWith(`${i}.`) ? [[name.slice(`${i}.`.length), s]] : [])),
    );
  const prefixed = (states: States, i: number): [string, Tensor][] =>
    Object.entries(states).map(([name, s]) => [`${i}.${name}`, s]);
  return {
    init: (names, params) => Object.fromEntries(links.flatMap((link, i) => prefixed(link.init(names, params), i))),
    update: (site) => {
      let steps = site.grads;
      const states = links.flatMap((link, i) => {
        const update = link.update({ ...site, grads: steps, states: own(site.states, i) });
        steps = update.steps;
        return prefixed(update.states, i);
      });
      return { steps, states: Object.fromEntries(states) };
    },
  };
}
