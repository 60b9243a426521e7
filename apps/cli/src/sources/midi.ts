/** @file A folder of the user's own music: MIDI files. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename } from "node:path";
import { mergeTracks, pianoRolls, stackTracks, trackColumns, type Piece } from "@gen/data";
import { midiFolder, type MidiPiece } from "@gen/data/node";
import { GenError } from "@gen/core";
import { defineDataSource } from "../data-source.js";
import { showCount } from "../output/format.js";
import { defineOptions } from "../schema/schema.js";

const ENDING = /\.midi?$/i;

/** One file in so many is for validation, and one for the test. */
const SHARE = 10;

/** Is this a MIDI file, or a folder that has some? */
export function isMidi(path: string): boolean {
  if (ENDING.test(path)) return true;
  if (!existsSync(path) || !statSync(path).isDirectory()) return false;
  return readdirSync(path, { recursive: true, encoding: "utf8" }).some((name) => ENDING.test(name));
}

export const midiSource = defineDataSource({
  name: "midi",
  summary: "MIDI files: give the path of their folder, as in --data ./my-midi-files",
  options: defineOptions({
    stepsPerQuarter: {
      kind: "integer",
      default: 4,
      min: 1,
      max: 48,
      unit: "steps",
      description: "Of a quarter note; notes go to the nearest",
    },
    length: {
      kind: "integer",
      default: 128,
      min: 2,
      unit: "steps",
      description: "Steps of a row; longer pieces give several rows",
    },
    instruments: {
      kind: "boolean",
      default: false,
      description: "Keep instruments apart, each by columns of its own: they are composed as tracks",
    },
  }),
  async open({ stepsPerQuarter, length, instruments }, { data }) {
    const all = await midiFolder({ path: data, stepsPerQuarter });
    const name = basename(data);
    if (all.length < 3) {
      throw new GenError("data", `${name}: expected at least 3 MIDI files, got ${all.length}`, {
        fix: "add pieces, or cut a long one: some are learned, others are kept apart to measure on",
      });
    }
    const sounding = all.flatMap(({ piece }) => piece.flat());
    const pitches = [sounding.reduce((a, b) => Math.min(a, b)), sounding.reduce((a, b) => Math.max(a, b))] as const;
    const share = Math.min(SHARE, all.length);
    const programs = instruments ? programsOf(all) : [];
    const columns = { tracks: programs.length, pitches };
    const rolls = (isOf: (at: number) => boolean) =>
      pianoRolls(
        all
          .filter((_, i) => isOf(i % share))
          .map((one) => (instruments ? stackTracks(byProgram(one, programs), columns) : one.piece)),
        { name, length, pitches: instruments ? trackColumns(columns) : pitches },
      );
    const train = rolls((at) => at > 1);
    return {
      train,
      validation: rolls((at) => at === 0),
      test: rolls((at) => at === 1),
      about: `${name}, ${showCount(all.length)} MIDI files, ${showCount(train.length)} rows of ${length} steps, ${stepsPerQuarter} a quarter note${instruments ? `, ${showCount(programs.length)} instruments` : ""}`,
      score: {
        low: pitches[0],
        stepsPerQuarter,
        tempo: Math.round(median(all)),
        ...(instruments ? { instruments: { programs, pitches: pitches[1] - pitches[0] + 1 } } : {}),
      },
    };
  },
});

/** The instruments of all pieces, by their numbers in General MIDI. */
function programsOf(pieces: readonly MidiPiece[]): number[] {
  return [...new Set(pieces.flatMap(({ tracks }) => tracks.map(({ program = 0 }) => program)))].sort((a, b) => a - b);
}

/** What each instrument plays; tracks of one instrument are one. */
function byProgram({ piece, tracks }: MidiPiece, programs: readonly number[]): Piece[] {
  const silence = piece.map(() => []);
  return programs.map((wanted) =>
    mergeTracks([silence, ...tracks.filter(({ program = 0 }) => program === wanted).map((track) => track.piece)]),
  );
}

/** Of the tempos. */
function median(pieces: readonly MidiPiece[]): number {
  const sorted = pieces.map(({ tempo }) => tempo).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
