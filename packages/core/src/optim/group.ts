/** @file Parameter groups: an optimizer for each part of a model. */
import { GenError } from "../error.js";
import type { Tensor } from "../tensor/tensor.js";
import { statesUnder, under, type Optimizer, type UpdateSite } from "./optimizer.js";

export interface ParameterGroup {
  /** Whether the group takes the parameter of this path; the first group that does has it. */
  readonly match: (name: string, param: Tensor) => boolean;
  readonly optimizer: Optimizer;
}

/**
 * Each parameter goes to the optimizer of the first group that takes it: other rates, other decays, {@link frozen}.
 *
 *     groups([{ match: (_, p) => p.rank < 2, optimizer: adam() }, { match: () => true, optimizer: adamw() }])
 *
 * @throws GenError `option`, when the step is made, for a parameter that no group takes, and for a group that takes none
 *   (the last one may: it is there for the rest)
 */
export function groups(list: readonly ParameterGroup[]): Optimizer {
  const membersOf = ({ names, params }: Pick<UpdateSite, "names" | "params">): number[][] => {
    const owners = names.map((name, i) => list.findIndex(({ match }) => match(name, params[i]!)));
    const orphan = owners.indexOf(-1);
    if (orphan >= 0) {
      throw new GenError("option", `groups: expected a group for every parameter, got none for "${names[orphan]!}"`, {
        fix: "end the list with { match: () => true, optimizer: … }",
      });
    }
    const members = list.map((_, group) => owners.flatMap((owner, i) => (owner === group ? [i] : [])));
    const idle = members.slice(0, -1).findIndex((taken) => taken.length === 0);
    if (idle >= 0) {
      throw new GenError("option", `groups: expected each group to take a parameter, got none for group ${idle}`, {
        fix: `the parameters are ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}; those of earlier groups are taken`,
      });
    }
    return members;
  };
  const pick = <T>(items: readonly T[], members: readonly number[]): T[] => members.map((i) => items[i]!);
  return {
    init: (names, params) =>
      Object.fromEntries(
        membersOf({ names, params }).flatMap((members, i) =>
          under(i, list[i]!.optimizer.init(pick(names, members), pick(params, members))),
        ),
      ),
    update: ({ names, params, grads, states }) => {
      const steps = new Array<Tensor>(names.length);
      const next = membersOf({ names, params }).flatMap((members, i) => {
        const update = list[i]!.optimizer.update({
          names: pick(names, members),
          params: pick(params, members),
          grads: pick(grads, members),
          states: statesUnder(i, states),
        });
        members.forEach((place, k) => (steps[place] = update.steps[k]!));
        return under(i, update.states);
      });
      return { steps, states: Object.fromEntries(next) };
    },
  };
}
