/**
 * @file Small parameters side by side in one vector: an optimizer whose rule is the same for every element takes as many operators
 * for all of them as for one. An operator costs about a microsecond on a CPU and ten on a GPU, whatever it does.
 */
import { sizeOf } from "../shape.js";
import { concat, type Tensor } from "../tensor/tensor.js";
import type { Optimizer } from "./optimizer.js";

/** Elements of a parameter that is small: to copy more of them there and back costs what the operators do. */
const SMALL = 8_192;

/** Elements of a vector: what is worked on shall stay in a cache. */
const LONGEST = 65_536;

/**
 * The same optimizer, element by element, over vectors of small parameters: its states are called `<kind>.$joined.<i>` for those,
 * and `<kind>.<name>` for the others.
 *
 * @param optimizer must treat each element alone, and all alike
 */
export function joined(optimizer: Optimizer): Optimizer {
  return {
    init(names, params) {
      const packs = pack(params);
      return optimizer.init(namesOf(packs, names), join(packs, params));
    },
    update({ names, params, grads, states }) {
      const packs = pack(params);
      const update = optimizer.update({
        names: namesOf(packs, names),
        params: join(packs, params),
        grads: join(packs, grads),
        states,
      });
      const steps: Tensor[] = [];
      packs.forEach((members, i) => {
        const sizes = members.map((member) => sizeOf(params[member]!.shape));
        const parts = members.length === 1 ? [update.steps[i]!] : update.steps[i]!.split(sizes, 0);
        members.forEach((member, k) => (steps[member] = parts[k]!.reshape(params[member]!.shape)));
      });
      return { steps, states: update.states };
    },
  };
}

/** Which parameters go together: small ones of one type, in their order. */
function pack(params: readonly Tensor[]): number[][] {
  const packs: number[][] = [];
  const open = new Map<string, { readonly members: number[]; room: number }>();
  params.forEach(({ shape, dtype }, i) => {
    const size = sizeOf(shape);
    const known = open.get(dtype);
    if (size <= SMALL && known !== undefined && size <= known.room) {
      known.members.push(i);
      known.room -= size;
      return;
    }
    const members = [i];
    packs.push(members);
    if (size <= SMALL) open.set(dtype, { members, room: LONGEST - size });
  });
  return packs;
}

function namesOf(packs: readonly (readonly number[])[], names: readonly string[]): string[] {
  return packs.map((members, i) => (members.length === 1 ? names[members[0]!]! : `$joined.${i}`));
}

function join(packs: readonly (readonly number[])[], tensors: readonly Tensor[]): Tensor[] {
  return packs.map((members) =>
    members.length === 1 ? tensors[members[0]!]! : concat(members.map((member) => tensors[member]!.flatten(0))),
  );
}
