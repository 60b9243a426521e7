/** @file A penalty whose weight follows a schedule: strong while players find the modes, weak once they learn their shapes. */
import { constantInit, state, type Scope, type Tensor } from "@gen/core";
import type { Rate } from "@gen/core/optim";
import type { DiscriminatorPenalty, GeneratorPenalty, Penalty } from "./penalty.js";

/**
 * A penalty times a schedule, of the updates that its player has made so far:
 *
 *     w(t) · penalty
 *
 * R1 holds back every slope alike: with γ far above the square of the size of a detail, the discriminator cannot tell whether
 * the generator has it. Without γ the game does not come to rest. So let γ fall.
 *
 * @param of with weight 1, where the schedule shall give the weight
 * @param weight such as `exponentialDecay(0.1, { decay: 0.1, every: 5000 })` of `@gen/core/optim`
 */
export function scheduled(of: DiscriminatorPenalty, weight: Rate): DiscriminatorPenalty;
export function scheduled(of: GeneratorPenalty, weight: Rate): GeneratorPenalty;
export function scheduled(of: Penalty, weight: Rate): Penalty {
  return of.side === "generator" ? new Scheduled(of, weight) : new Scheduled(of, weight);
}

interface Played<Side extends string, Site> {
  readonly side: Side;
  penalty(site: Site): Tensor;
}

class Scheduled<Side extends string, Site extends { readonly scope: Scope }> implements Played<Side, Site> {
  readonly side: Side;
  readonly of: Played<Side, Site>;
  /** Updates so far, a state. */
  readonly step: Tensor = state([], constantInit(0));
  readonly #weight: Rate;

  constructor(of: Played<Side, Site>, weight: Rate) {
    this.side = of.side;
    this.of = of;
    this.#weight = weight;
  }

  penalty(site: Site): Tensor {
    const step = site.scope.read(this.step);
    site.scope.write(this.step, step.add(1));
    const weight = typeof this.#weight === "number" ? this.#weight : this.#weight(step);
    return this.of.penalty(site).mul(weight);
  }
}
