/** @file Pieces in other keys: each piece once for each shift, so that what is learned does not depend on the key. */
import type { Piece } from "@gen/data";

/** Every piece moved by each of `shifts` semitones. */
export function transposed(pieces: readonly Piece[], shifts: readonly number[]): Piece[] {
  return pieces.flatMap((piece) => shifts.map((by) => piece.map((step) => step.map((pitch) => pitch + by))));
}
