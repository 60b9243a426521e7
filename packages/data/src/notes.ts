/** @file Pieces as notes with a start and a length: what is played, written as MIDI, and counted as events. */
import type { Piece } from "./piano-rolls.js";

/** A pitch that sounds for some steps on end. */
export interface Note {
  /** MIDI pitch: 60 is the C in the middle, 69 the A of 440 Hz. */
  readonly pitch: number;
  /** First step. */
  readonly start: number;
  /** Steps. */
  readonly length: number;
}

/** The notes of a piece by their start, then by pitch. A pitch that sounds in several steps on end is one note. */
export function notesOf(piece: Piece): Note[] {
  return piece.flatMap((step, start) =>
    [...new Set(step)]
      .filter((pitch) => piece[start - 1]?.includes(pitch) !== true)
      .sort((a, b) => a - b)
      .map((pitch) => {
        let end = start + 1;
        while (piece[end]?.includes(pitch) === true) end++;
        return { pitch, start, length: end - start };
      }),
  );
}

/** The steps in which notes sound. Notes of one pitch that touch become one. @param length steps @default up to the last note's end */
export function pieceOf(notes: readonly Note[], length = lastEnd(notes)): Piece {
  const steps = Array.from({ length }, () => new Set<number>());
  for (const { pitch, start, length: held } of notes)
    for (let t = start; t < Math.min(length, start + held); t++) steps[t]!.add(pitch);
  return steps.map((step) => [...step].sort((a, b) => a - b));
}

function lastEnd(notes: readonly Note[]): number {
  return notes.reduce((end, { start, length }) => Math.max(end, start + length), 0);
}
