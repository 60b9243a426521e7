/** @file Parts of a model that a loss uses but does not train. */
import type { Scope } from "@gen/core";

/** The same scope for what is not to learn: no statistics are gathered, nothing is dropped. */
export function frozen(scope: Scope): Scope {
  return {
    mode: "eval",
    nextKey: () => scope.nextKey(),
    read: (state) => scope.read(state),
    write: (state, next) => scope.write(state, next),
  };
}
