import { expect, it, describe } from "vitest";
import { play } from "../src/index.js";

/** Strength of a frequency in a stretch of samples. */
function strength(samples: ArrayLike<number>, frequency: number, { from, to, rate }: Record<string, number>): number {
  let [re, im] = [0, 0];
  for (let i = from!; i < to!; i++) {
    re += samples[i]! * Math.cos((2 * Math.PI * frequency * i) / rate!);
    im += samples[i]! * Math.sin((2 * Math.PI * frequency * i) / rate!);
  }
  return Math.hypot(re, im) / (to! - from!);
}

describe("play", () => {
  it("sounds each pitch at its frequency, while it is written", () => {
    const rate = 8000;
    const { samples } = play([[69], [], [81]], { stepSeconds: 0.5, rate });
    const second = { from: 0.7 * rate, to: 0.95 * rate, rate };
    const [first, third] = [
      { from: 400, to: 3600, rate },
      { from: 8400, to: 11_600, rate },
    ];
    expect(strength(samples.data, 440, first)).toBeGreaterThan(0.1);
    expect(strength(samples.data, 440, second)).toBeLessThan(1e-6);
    expect(strength(samples.data, 880, third)).toBeGreaterThan(0.1);
    expect(strength(samples.data, 440, third)).toBeLessThan(1e-3);
    expect(Math.max(...samples.data.map(Math.abs))).toBeLessThan(1);
  });

  it("holds a pitch that goes on, and refuses what is no piece", () => {
    const at = (piece: number[][]): number =>
      Math.abs(strength(play(piece, { rate: 8000 }).samples.data, 440, { from: 3800, to: 4200, rate: 8000 }));
    expect(at([[69], [69]])).toBeGreaterThan(0.9 * at([[69], [69], [69]]));
    expect(() => play([])).toThrow("play: expected a piece with steps, got an empty one");
    expect(() => play([[60]], { stepSeconds: 0 })).toThrow("expected stepSeconds and rate above 0, got 0 and 22050");
  });
});
