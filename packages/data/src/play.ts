/** @file Pieces made audible: a plain tone for each note, to hear what a model composes. */
import { GenError, ndarray } from "@gen/core";
import { notesOf } from "./notes.js";
import type { Piece } from "./piano-rolls.js";
import type { Sound } from "./wav.js";

export interface PlayOptions {
  /** Seconds of a step. @default 0.5 */
  readonly stepSeconds?: number;
  /** Samples a second. @default 22050 */
  readonly rate?: number;
}

/** Strength of each overtone, and seconds in which a tone rises and dies away after its last step. */
const [OVERTONES, RISE, RELEASE] = [[1, 0.4, 0.2, 0.1], 0.02, 0.15];

/**
 * The sound of a piece. A pitch m has the frequency 440 · 2^((m − 69) / 12) Hz; one that sounds in several steps on end is held.
 *
 * @throws GenError `data` for a piece without steps, `range` for options that are not above 0
 */
export function play(piece: Piece, { stepSeconds = 0.5, rate = 22_050 }: PlayOptions = {}): Sound {
  if (piece.length === 0) throw new GenError("data", "play: expected a piece with steps, got an empty one");
  if (!(stepSeconds > 0) || !(rate > 0))
    throw new GenError("range", `play: expected stepSeconds and rate above 0, got ${stepSeconds} and ${rate}`);
  const samples = new Float32Array(Math.ceil((piece.length * stepSeconds + RELEASE) * rate));
  const most = Math.max(1, ...piece.map((step) => step.length));
  const loudness = 0.9 / (most * OVERTONES.reduce((a, b) => a + b));
  for (const { pitch, start, length } of notesOf(piece)) {
    const [first, seconds] = [Math.round(start * stepSeconds * rate), length * stepSeconds];
    const omega = 2 * Math.PI * 440 * 2 ** ((pitch - 69) / 12);
    for (let i = 0; i < (seconds + RELEASE) * rate && first + i < samples.length; i++) {
      const time = i / rate;
      const envelope = Math.min(1, time / RISE) * Math.min(1, Math.max(0, (seconds + RELEASE - time) / RELEASE));
      const tone = OVERTONES.reduce((sum, strength, k) => sum + strength * Math.sin((k + 1) * omega * time), 0);
      samples[first + i]! += loudness * envelope * tone;
    }
  }
  return { samples: ndarray(samples, [1, samples.length]), rate };
}
