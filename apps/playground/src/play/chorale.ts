/** @file Piano rolls: written by the model, as sounds, and as notes that last. */
import type { OpenModel } from "../models/engine.js";
import { f32, i32, i64 } from "./arrays.js";

/** Columns of a roll, and the MIDI pitch of the first. */
export const [PITCHES, LOW] = [64, 38];

/** A roll [steps, 64] whose first `known` steps are those of `before`. */
export async function composed(
  model: OpenModel,
  { before, known, steps, seed }: { before?: Float32Array | undefined; known: number; steps: number; seed: number },
): Promise<Float32Array> {
  const x = new Float32Array(steps * PITCHES);
  if (before !== undefined) x.set(before.subarray(0, Math.min(before.length, known * PITCHES)));
  const { continued } = await model.run("continue.onnx", {
    x: f32(x, [1, steps, PITCHES]),
    known: i32([known]),
    seed: i64(seed),
  });
  return continued!.data as Float32Array;
}

/** A pitch that sounds for some steps on end. */
export interface Note {
  readonly pitch: number;
  readonly from: number;
  readonly length: number;
}

export function notesOf(roll: Float32Array): Note[] {
  const steps = roll.length / PITCHES;
  const notes: Note[] = [];
  for (let column = 0; column < PITCHES; column++) {
    for (let from = 0; from < steps; from++) {
      if (roll[from * PITCHES + column] !== 1) continue;
      let end = from;
      while (end < steps && roll[end * PITCHES + column] === 1) end++;
      notes.push({ pitch: LOW + column, from, length: end - from });
      from = end;
    }
  }
  return notes;
}

/** Notes that sound. */
export interface Playing {
  /** The step that is heard now; the clock of the sound says so, which runs on in a tab that is hidden. */
  step(): number;
  stop(): void;
}

/** Plays notes from now on. */
export function played(notes: readonly Note[], secondsPerStep: number): Playing {
  const audio = new AudioContext();
  const all = audio.createGain();
  all.gain.value = 0.12;
  all.connect(audio.destination);
  const start = audio.currentTime + 0.1;
  for (const { pitch, from, length } of notes) {
    const [begin, end] = [start + from * secondsPerStep, start + (from + length) * secondsPerStep];
    const tone = audio.createOscillator();
    tone.type = "triangle";
    tone.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
    const loudness = audio.createGain();
    loudness.gain.setValueAtTime(0, begin);
    loudness.gain.linearRampToValueAtTime(1, begin + 0.03);
    loudness.gain.setValueAtTime(0.8, Math.max(begin + 0.03, end - 0.08));
    loudness.gain.linearRampToValueAtTime(0, end);
    tone.connect(loudness).connect(all);
    tone.start(begin);
    tone.stop(end);
  }
  return {
    step: () => Math.max(0, Math.floor((audio.currentTime - start) / secondsPerStep)),
    stop: () => void audio.close(),
  };
}
