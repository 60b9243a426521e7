/** @file Several tracks in one piano roll, each with columns of its own: what a model of rolls learns together and gives back apart. */
import { GenError } from "@gen/core";
import type { Piece } from "./piano-rolls.js";

export interface TrackColumns {
  /** How many tracks. */
  readonly tracks: number;
  /** Lowest and highest MIDI pitch of every track. */
  readonly pitches: readonly [low: number, high: number];
}

/** Columns of the roll: `pitches` of `pianoRolls` for pieces that {@link stackTracks} made. */
export function trackColumns({ tracks, pitches: [low, high] }: TrackColumns): readonly [low: number, high: number] {
  return [0, tracks * (high - low + 1) - 1];
}

/**
 * Tracks of one length as a piece whose "pitches" are columns: pitch p of track k is k · (high − low + 1) + p − low.
 *
 * @throws GenError `data` for another count of tracks, tracks of unlike length, or a pitch outside the range
 */
export function stackTracks(tracks: readonly Piece[], { tracks: count, pitches: [low, high] }: TrackColumns): Piece {
  const steps = tracks[0]?.length ?? 0;
  if (tracks.length !== count || tracks.some(({ length }) => length !== steps))
    throw new GenError(
      "data",
      `stackTracks: expected ${count} tracks of one length, got ${tracks.map(({ length }) => length).join(", ")} steps`,
    );
  const width = high - low + 1;
  return Array.from({ length: steps }, (_, t) =>
    tracks.flatMap((piece, k) =>
      piece[t]!.map((pitch) => {
        if (pitch >= low && pitch <= high) return k * width + pitch - low;
        throw new GenError(
          "data",
          `stackTracks: track ${k}, step ${t}: expected pitches from ${low} to ${high}, got ${pitch}`,
          { fix: "widen `pitches`" },
        );
      }),
    ),
  );
}

/** What sounds at each step in any of some tracks of one length. */
export function mergeTracks(tracks: readonly Piece[]): Piece {
  return (tracks[0] ?? []).map((_, t) => [...new Set(tracks.flatMap((piece) => piece[t]!))].sort((a, b) => a - b));
}

/** Undoes {@link stackTracks}. */
export function unstackTracks(stacked: Piece, { tracks, pitches: [low, high] }: TrackColumns): Piece[] {
  const width = high - low + 1;
  return Array.from({ length: tracks }, (_, k) =>
    stacked.map((step) =>
      step.filter((column) => Math.floor(column / width) === k).map((column) => (column % width) + low),
    ),
  );
}
