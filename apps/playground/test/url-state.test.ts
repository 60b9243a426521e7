import { describe, expect, it } from "vitest";
import { addressOf, chosen, complaintsOf, number, text } from "../src/url-state.js";

const CHOICES = { shape: ["moons", "rings"], seed: ["0", "1"] } as const;

describe("the address of a page", () => {
  it("means its settings, and the defaults of what it leaves out", () => {
    expect(chosen("?shape=rings", CHOICES)).toEqual({ shape: "rings", seed: "0" });
  });

  it("means the default where it says what nobody knows", () => {
    expect(chosen("?shape=cubes&seed=1", CHOICES)).toEqual({ shape: "moons", seed: "1" });
  });

  it("is complained of where it says what is no value, and nowhere else", () => {
    const settings = {
      ...CHOICES,
      n: number({ start: 4, min: 1, max: 9 }),
      at: number({ start: 0, min: 0, max: 1, decimals: 1 }),
    };
    expect(complaintsOf("?shape=rings&n=3&utm_source=x", settings)).toEqual([]);
    expect(complaintsOf(`?shape=cubes&n=9.5&at=&page=${"x".repeat(99)}`, settings)).toEqual([
      "shape: expected one of moons, rings, got cubes",
      "n: expected a whole number from 1 to 9, got 9.5",
      "at: expected a number from 0 to 1, got nothing",
    ]);
    expect(complaintsOf(`?n=${"9".repeat(99)}`, settings)[0]).toMatch(/got 9{40}…$/);
  });

  it("says what was changed, and nothing of defaults", () => {
    expect(addressOf("?seed=1", { shape: "rings" }, CHOICES)).toBe("?seed=1&shape=rings");
    expect(addressOf("?seed=1", { seed: "0" }, CHOICES)).toBe("?");
  });

  it("keeps what belongs to others", () => {
    expect(addressOf("?page=train", { seed: "1" }, CHOICES)).toBe("?page=train&seed=1");
  });

  it("holds numbers of a range, whole ones unless said", () => {
    const settings = {
      n: number({ start: 4, min: 1, max: 9 }),
      at: number({ start: 0, min: -1, max: 1, decimals: 2 }),
    };
    expect(chosen("?n=7&at=-0.5", settings)).toEqual({ n: 7, at: -0.5 });
    expect(chosen("?n=7.5&at=", settings)).toEqual({ n: 4, at: 0 });
    expect(chosen("?n=10&at=Infinity", settings)).toEqual({ n: 4, at: 0 });
    expect(addressOf("", { at: 1 / 3, n: 4 }, settings)).toBe("?at=0.33");
  });

  it("holds words, up to a length", () => {
    const settings = { prompt: text({ start: "A", length: 5 }) };
    expect(chosen("?prompt=to%20be%20or", settings)).toEqual({ prompt: "to be" });
    expect(addressOf("", { prompt: "x&y" }, settings)).toBe("?prompt=x%26y");
    expect(addressOf("?prompt=b", { prompt: "" }, settings)).toBe("?prompt=");
  });
});
