/** @file Scope: what a layer may know and do while a program is traced, besides its inputs. */
import { GenError } from "../error.js";
import type { Node } from "../ir/node.js";
import { showShape, sameShape } from "../shape.js";
import { feed } from "../tensor/inputs.js";
import { splitKey } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { lasting } from "./model.js";

export type Mode = "train" | "eval";

export interface Scope {
  /** Whether dropout drops and statistics are gathered. */
  readonly mode: Mode;
  /** A key that nobody else has, different at each run; the same trace asks in the same order. */
  nextKey(): Tensor;
  /** The value of a state: what this program wrote last, or what it started with. */
  read(state: Tensor): Tensor;
  /** What a state becomes after the program. */
  write(state: Tensor, next: Tensor): void;
}

/** A scope, and what was asked of it: for whoever makes the program. */
export interface TracedScope extends Scope {
  /** The key that the program takes, once somebody asked for randomness. */
  readonly key: Tensor | undefined;
  /** [state, next] for each state that was written. */
  readonly writes: ReadonlyMap<Node, { readonly state: Tensor; readonly next: Tensor }>;
}

/** A scope for one trace. `key` makes the randomness of an outer program flow in; without it the program takes a key. */
export function traceScope(mode: Mode, key?: Tensor): TracedScope {
  const writes = new Map<Node, { state: Tensor; next: Tensor }>();
  let root = key;
  let children = 0;
  return {
    mode,
    get key() {
      return root;
    },
    writes,
    nextKey() {
      root ??= feed([], "u64");
      return splitKey(root, children++);
    },
    read: (state) => writes.get(state.node)?.next ?? state,
    write(state, next) {
      if (lasting(state) === undefined) {
        throw new GenError("graph", "scope.write: expected a state() or param(), got a computed tensor");
      }
      if (next.dtype !== state.dtype || !sameShape(next.shape, state.shape)) {
        throw new GenError(
          "shape",
          `scope.write: expected ${state.dtype}${showShape(state.shape)}, got ${next.dtype}${showShape(next.shape)}`,
        );
      }
      writes.set(state.node, { state, next });
    },
  };
}
