/**
 * @file Music as events, for models of text: notes that begin, notes that end, and time that passes.
 * After Oore et al. 2018, "This Time with Feeling", §3. arXiv:1808.03715
 */
import { GenError } from "@gen/core";
import { notesOf, pieceOf, type Note } from "./notes.js";
import type { Piece } from "./piano-rolls.js";
import { mergeTracks, stackTracks, unstackTracks, type TrackColumns } from "./tracks.js";

export interface EventOptions {
  /** Lowest and highest MIDI pitch. @default [21, 108] */
  readonly pitches?: readonly [low: number, high: number];
  /** Steps that one event can pass at the most. @default 16 */
  readonly longest?: number;
  /** Tracks, each with beginnings and ends of its own. @default 1 */
  readonly tracks?: number;
}

/**
 * Numbers of events: 0 ends a piece, then come beginnings of each pitch, of one track after the other, then their ends, then the
 * passing of 1, 2, … steps.
 */
export class MusicEvents {
  readonly #columns: TrackColumns;
  /** Pitches of all tracks. */
  readonly #width: number;
  readonly #longest: number;
  /** The event after the last of a piece. */
  readonly end = 0;

  /** @throws GenError `range` for a range or a time that is none */
  constructor({ pitches: [low, high] = [21, 108], longest = 16, tracks = 1 }: EventOptions = {}) {
    const isRange = [low, high].every((pitch) => Number.isInteger(pitch) && pitch >= 0 && pitch < 128) && low <= high;
    if (!isRange || ![longest, tracks].every((count) => Number.isInteger(count) && count >= 1))
      throw new GenError(
        "range",
        `MusicEvents: expected pitches within 0 … 127, longest ≥ 1 and tracks ≥ 1, got [${low}, ${high}], ${longest} and ${tracks}`,
      );
    this.#columns = { tracks, pitches: [low, high] };
    [this.#width, this.#longest] = [tracks * (high - low + 1), longest];
  }

  /** How many events there are. */
  get size(): number {
    return 1 + 2 * this.#width + this.#longest;
  }

  /** The events of a piece of one track, without `end`: at each step what ends, then what begins, from low to high. @throws GenError `data` for a pitch outside */
  encode(piece: Piece): number[] {
    return this.encodeTracks([piece]);
  }

  /** The events of several tracks together. @throws GenError as {@link stackTracks} */
  encodeTracks(tracks: readonly Piece[]): number[] {
    const piece = stackTracks(tracks, this.#columns);
    const notes = notesOf(piece);
    const [begins, ends] = [byStep(notes, ({ start }) => start), byStep(notes, ({ start, length }) => start + length)];
    const events: number[] = [];
    let passed = 0;
    for (let step = 0; step <= piece.length; step++) {
      const [off, on] = [ends.get(step) ?? [], step < piece.length ? (begins.get(step) ?? []) : []];
      if (off.length + on.length > 0 || step === piece.length) {
        for (; passed > 0; passed -= this.#longest) events.push(2 * this.#width + Math.min(passed, this.#longest));
        passed = 0;
      }
      for (const { pitch: column } of off) events.push(1 + this.#width + column);
      for (const { pitch: column } of on) events.push(1 + column);
      passed++;
    }
    return events;
  }

  /** The piece that events of one track tell. @throws GenError as {@link decodeTracks} */
  decode(events: readonly number[]): Piece {
    return mergeTracks(this.decodeTracks(events));
  }

  /**
   * The tracks that events tell, up to `end`. An end without a beginning tells nothing; what has not ended sounds to the last step.
   *
   * @throws GenError `data` for a number that is no event
   */
  decodeTracks(events: readonly number[]): Piece[] {
    const notes: Note[] = []; // whose pitches are columns
    const begun = new Map<number, number>(); // step in which one began
    let step = 0;
    const finish = (pitch: number): void => {
      const start = begun.get(pitch);
      if (start !== undefined && step > start) notes.push({ pitch, start, length: step - start });
      begun.delete(pitch);
    };
    for (const event of events) {
      if (!Number.isInteger(event) || event < 0 || event >= this.size)
        throw new GenError("data", `MusicEvents: expected events from 0 to ${this.size - 1}, got ${event}`);
      if (event === this.end) break;
      const pitch = (event - 1) % this.#width;
      if (event > 2 * this.#width) step += event - 2 * this.#width;
      else if (event > this.#width) finish(pitch);
      else {
        finish(pitch);
        begun.set(pitch, step);
      }
    }
    for (const pitch of [...begun.keys()]) finish(pitch);
    return unstackTracks(pieceOf(notes, step), this.#columns);
  }

  /** An event in words: "on 60", "off 60", "3 steps", "end"; of several tracks "on 60 of track 1", counted from 0. */
  name(event: number): string {
    if (event === this.end) return "end";
    if (event > 2 * this.#width) return event === 2 * this.#width + 1 ? "1 step" : `${event - 2 * this.#width} steps`;
    const [low, high] = this.#columns.pitches;
    const [column, span] = [(event - 1) % this.#width, high - low + 1];
    const of = this.#columns.tracks === 1 ? "" : ` of track ${Math.floor(column / span)}`;
    return `${event > this.#width ? "off" : "on"} ${low + (column % span)}${of}`;
  }
}

function byStep(notes: readonly Note[], stepOf: (note: Note) => number): Map<number, Note[]> {
  const steps = new Map<number, Note[]>();
  for (const note of notes.toSorted((a, b) => a.pitch - b.pitch)) {
    steps.set(stepOf(note), [...(steps.get(stepOf(note)) ?? []), note]);
  }
  return steps;
}
