/** @file Music as steps of sounding pitches, and as piano rolls of one length. */
import { GenError, messageOf, type Dataset, type NdArray, type Rows } from "@gen/core";
import { checkRows, checkSplit, type Split } from "./dataset.js";

/** For each step the MIDI pitches that sound; an empty list is a rest. */
export type Piece = readonly (readonly number[])[];

/**
 * Fields: `x` u8 [T, pitches], 1 where a pitch sounds, the lowest first; `mask` u8 [T], 0 after the end of the piece.
 */
export interface PianoRollDataset extends Dataset {
  readonly name: string;
  readonly split: Split;
  /** MIDI pitch of the first column of x. */
  readonly low: number;
  readonly pieces: readonly Piece[];
}

export interface PianoRollOptions {
  readonly name: string;
  /** @default "train" */
  readonly split?: Split;
  /** Steps of a row; longer pieces give several rows, one after the other. @default those of the longest piece */
  readonly length?: number;
  /** Lowest and highest MIDI pitch. @default [21, 108], the 88 keys of a piano */
  readonly pitches?: readonly [low: number, high: number];
}

const SPLITS = ["train", "valid", "test"] as const;

/**
 * Pieces from JSON of the form `{ "train": [[[60, 64], …], …], "valid": …, "test": … }`. Negative pitches are silent.
 *
 * @throws GenError `format` naming the piece and step that are not as expected
 */
export function parsePieces(text: string, { file, split }: { readonly file: string; readonly split: Split }): Piece[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new GenError("format", `${file}: expected JSON, got ${messageOf(cause)}`, { fix: "get it again", cause });
  }
  const pieces = (json as Readonly<Record<string, unknown>> | null)?.[split];
  if (!Array.isArray(pieces))
    throw new GenError("format", `${file}: expected pieces in "${split}", got ${typeof pieces}`);
  return pieces.map((piece: unknown, p) => {
    if (!Array.isArray(piece))
      throw new GenError("format", `${file}: ${split}, piece ${p}: expected steps, got ${typeof piece}`);
    return piece.map((step: unknown, s) => {
      const isStep = Array.isArray(step) && step.every((pitch) => Number.isInteger(pitch) && Number(pitch) < 128);
      if (isStep) return (step as number[]).filter((pitch) => pitch >= 0);
      const got = JSON.stringify(step).slice(0, 40);
      throw new GenError("format", `${file}: ${split}, piece ${p}, step ${s}: expected MIDI pitches, got ${got}`);
    });
  });
}

/** @throws GenError `data` without pieces or for a pitch outside the range, `range` for a length that is none */
export function pianoRolls(pieces: readonly Piece[], options: PianoRollOptions): PianoRollDataset {
  const { name, pitches: [low, high] = [21, 108] } = options;
  const split = checkSplit(name, options.split ?? "train", SPLITS);
  const length = options.length ?? pieces.reduce((most, piece) => Math.max(most, piece.length), 0);
  if (pieces.length === 0 || !Number.isInteger(length) || length < 1) {
    throw new GenError("data", `${name}: expected pieces and a length ≥ 1, got ${pieces.length} and ${length}`);
  }
  pieces.forEach((piece, p) =>
    piece.forEach((step, s) => {
      const wrong = step.find((pitch) => pitch < low || pitch > high);
      if (wrong === undefined) return;
      throw new GenError(
        "data",
        `${name}: piece ${p}, step ${s}: expected pitches from ${low} to ${high}, got ${wrong}`,
        {
          fix: "widen `pitches`",
        },
      );
    }),
  );
  const parts = pieces.flatMap((piece) =>
    Array.from({ length: Math.ceil(piece.length / length) }, (_, i) => piece.slice(i * length, (i + 1) * length)),
  );
  const width = high - low + 1;
  return {
    name,
    split,
    low,
    pieces,
    length: parts.length,
    fields: { x: { dtype: "u8", shape: [length, width] }, mask: { dtype: "u8", shape: [length] } },
    rows(indices): Rows {
      checkRows(name, indices, parts.length);
      const x = new Uint8Array(indices.length * length * width);
      const mask = new Uint8Array(indices.length * length);
      indices.forEach((row, i) =>
        parts[row]!.forEach((step, t) => {
          mask[i * length + t] = 1;
          for (const pitch of step) x[(i * length + t) * width + pitch - low] = 1;
        }),
      );
      return {
        x: { dtype: "u8", shape: [indices.length, length, width], data: x },
        mask: { dtype: "u8", shape: [indices.length, length], data: mask },
      };
    },
  };
}

/**
 * The pieces in piano rolls [n, T, pitches], as models draw them: every step with the pitches whose numbers are above ½.
 *
 * @param low MIDI pitch of the first column
 * @throws GenError `shape` for other arrays
 */
export function piecesOf({ data, shape }: NdArray, low: number): Piece[] {
  const [n, steps, pitches] = shape as [number, number, number];
  if (shape.length !== 3) throw new GenError("shape", `piecesOf: expected [n, T, pitches], got [${shape.join(", ")}]`);
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: steps }, (__, t) => {
      const from = (i * steps + t) * pitches;
      return Array.from({ length: pitches }, (___, column) => low + column).filter(
        (pitch) => Number(data[from + pitch - low]) > 0.5,
      );
    }),
  );
}
