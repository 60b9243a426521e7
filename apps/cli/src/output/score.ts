/** @file Music that a model composed, as files to listen to. */
import { GenError, type NdArray } from "@gen/core";
import { encodeWav, mergeTracks, piecesOf, play, unstackTracks, type Sound, type TrackColumns } from "@gen/data";
import { encodeMidi, type Track } from "@gen/data/midi";

/** What the columns and the steps of piano rolls are. */
export interface Score {
  /** MIDI pitch of the first column. */
  readonly low: number;
  /** Steps of a quarter note. */
  readonly stepsPerQuarter: number;
  /** Quarter notes a minute. */
  readonly tempo: number;
  /** Of rolls in which each instrument has columns of its own: their numbers in General MIDI, and how many pitches each has. */
  readonly instruments?: { readonly programs: readonly number[]; readonly pitches: number };
}

/** The tracks of each piano roll that a model drew, [n, T, columns]: one, or one for each instrument. */
export function tracksOf(rolls: NdArray, { low, instruments }: Score): Track[][] {
  if (instruments === undefined) return piecesOf(rolls, low).map((piece) => [{ piece }]);
  const { programs, pitches } = instruments;
  const columns: TrackColumns = { tracks: programs.length, pitches: [low, low + pitches - 1] };
  return piecesOf(rolls, 0).map((stacked) =>
    unstackTracks(stacked, columns).map((piece, i) => ({ piece, program: programs[i]! })),
  );
}

/** What is heard of tracks. */
export function soundOf(
  tracks: readonly Track[],
  { stepsPerQuarter, tempo, rate }: Pick<Score, "stepsPerQuarter" | "tempo"> & { readonly rate: number },
): Sound {
  return play(mergeTracks(tracks.map(({ piece }) => piece)), { stepSeconds: 60 / tempo / stepsPerQuarter, rate });
}

/** Samples a second of what is played. */
const RATE = 22_050;

/**
 * A piece as the bytes of a file.
 *
 * @param path tells the format by its ending
 * @throws GenError `option` for an ending other than .mid, .midi and .wav
 */
export function scoreFile(
  path: string,
  tracks: readonly Track[],
  { stepsPerQuarter, tempo }: Pick<Score, "stepsPerQuarter" | "tempo">,
): Uint8Array {
  if (/\.midi?$/i.test(path)) return encodeMidi(tracks, { stepsPerQuarter, tempo });
  if (/\.wav$/i.test(path)) return encodeWav(soundOf(tracks, { stepsPerQuarter, tempo, rate: RATE }));
  throw new GenError("option", `gen sample: expected a .mid, .wav or .json for music, got ${path}`, {
    fix: "write to a .mid",
  });
}

/** "x.mid" alone for one piece, "x-1.mid", "x-2.mid", … for several. */
export function numbered(path: string, count: number): string[] {
  if (count === 1) return [path];
  const dot = path.lastIndexOf(".");
  return Array.from({ length: count }, (_, i) => `${path.slice(0, dot)}-${i + 1}${path.slice(dot)}`);
}
