import { describe, expect, it } from "vitest";
import { opacities } from "../../src/plane/plane.js";

describe("the map of a density", () => {
  it("shows the root of its share of the peak", () => {
    const [peak, quarter, none] = opacities(Float32Array.of(2, 2 - Math.log(4), -Infinity));
    expect(peak).toBe(1);
    expect(quarter).toBeCloseTo(0.5, 6);
    expect(none).toBe(0);
  });

  it("leaves out what is not a number", () => {
    expect([...opacities(Float32Array.of(NaN, 0))]).toEqual([0, 1]);
  });
});
