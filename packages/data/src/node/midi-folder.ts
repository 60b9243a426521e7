/** @file A folder of MIDI files, as pieces. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GenError } from "@gen/core";
import { fileError, readBytes } from "@gen/core/node";
import { parseMidi, type Track } from "../midi.js";
import type { Piece } from "../piano-rolls.js";
import { mergeTracks } from "../tracks.js";

export interface MidiFolderOptions {
  /** The folder, or one file. */
  readonly path: string;
  /** Steps of a quarter note. @default 4 */
  readonly stepsPerQuarter?: number;
}

/** A piece, and the file that it stood in. */
export interface MidiPiece {
  readonly file: string;
  /** All tracks together, without drums. */
  readonly piece: Piece;
  /** Each by itself. */
  readonly tracks: readonly Track[];
  /** Quarter notes a minute, as it begins. */
  readonly tempo: number;
}

/**
 * The MIDI files (.mid, .midi) below a folder, by their names.
 *
 * @throws GenError `file` if it cannot be read, `data` without such files or for one without notes, `format` naming the file
 *   that is damaged
 */
export async function midiFolder({ path, stepsPerQuarter = 4 }: MidiFolderOptions): Promise<MidiPiece[]> {
  const unreadable = (cause: unknown): never => {
    throw fileError("cannot read", path, cause);
  };
  const isFolder = (await stat(path).catch(unreadable)).isDirectory();
  const found = isFolder ? await readdir(path, { recursive: true }).catch(unreadable) : [basename(path)];
  const names = found.filter((name) => /\.midi?$/i.test(name)).sort();
  if (names.length === 0) throw new GenError("data", `${path}: expected MIDI files, got none`);
  const files = names.map((name) => join(isFolder ? path : dirname(path), name));
  return Promise.all(
    files.map(async (file) => {
      const { tracks, tempo } = parseMidi(await readBytes(file), { file, stepsPerQuarter });
      if (tracks.length === 0) throw new GenError("data", `${file}: expected notes, got none (drums do not count)`);
      return { file, piece: mergeTracks(tracks.map(({ piece }) => piece)), tracks, tempo };
    }),
  );
}
