import { describe, expect, it } from "vitest";
import { Pace } from "../../src/train/pace.js";

describe("the pace of a training", () => {
  it("says nothing within the first second", () => {
    const pace = new Pace(10);
    expect(pace.at(1, 0)).toBeUndefined();
    expect(pace.at(5, 900)).toBeUndefined();
    expect(pace.at(9, 2000)).toBe(4);
  });

  it("forgets what is long ago", () => {
    const pace = new Pace(1);
    for (let second = 0; second <= 20; second++) pace.at(second, 1000 * second);
    expect(pace.at(100, 35_000)).toBeCloseTo(80 / 15);
  });

  it("counts what is done between measurements in: at every step as much", () => {
    const [pace, every, pause] = [new Pace(10), 10, 60_000];
    const rates: number[] = [];
    for (let step = 1; step <= 100; step++) {
      const time = 1000 * step + pause * Math.floor((step - 1) / every);
      rates.push(pace.at(step, time) ?? 0);
    }
    for (const rate of rates.slice(20)) expect(rate).toBeCloseTo(10 / 70);
  });
});
