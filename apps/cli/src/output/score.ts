/** @file Music that a model composed, as files to listen to. */
import { GenError } from "@gen/core";
import { encodeWav, play, type Piece } from "@gen/data";
import { encodeMidi } from "@gen/data/midi";

/** What the columns and the steps of piano rolls are. */
export interface Score {
  /** MIDI pitch of the first column. */
  readonly low: number;
  /** Steps of a quarter note. */
  readonly stepsPerQuarter: number;
  /** Quarter notes a minute. */
  readonly tempo: number;
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
  piece: Piece,
  { stepsPerQuarter, tempo }: Pick<Score, "stepsPerQuarter" | "tempo">,
): Uint8Array {
  if (/\.midi?$/i.test(path)) return encodeMidi([{ piece }], { stepsPerQuarter, tempo });
  if (/\.wav$/i.test(path)) return encodeWav(play(piece, { stepSeconds: 60 / tempo / stepsPerQuarter, rate: RATE }));
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
