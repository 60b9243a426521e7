/** @file Whose numbers are whose: a player reads everything and writes its own side alone. */
import { GenError, type Program, type Scope } from "@gen/core";

export type Side = "generator" | "discriminator";

/** The scope of a player who looks on: it reads states, and what it would write is forgotten. */
export function spectator(scope: Scope): Scope {
  return {
    mode: scope.mode,
    nextKey: () => scope.nextKey(),
    read: (state) => scope.read(state),
    write: () => undefined,
  };
}

/**
 * A program of one player, which writes nothing but its own side.
 *
 * @throws GenError `graph` naming what it would write of the other's
 */
export function ownSide(program: Program, side: Side, also: readonly string[] = []): Program {
  const allowed = [side, ...also].map((prefix) => `${prefix}.`);
  for (const name of program.writes.keys()) {
    if (allowed.some((prefix) => name.startsWith(prefix))) continue;
    throw new GenError("graph", `game: expected the ${side}'s step to write its own side alone, got "${name}"`, {
      fix: "keep what a player learns under its own part of the model",
    });
  }
  return program;
}
