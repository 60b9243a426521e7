import { describe, expect, it } from "vitest";
import { addressOf, chosen } from "../src/url-state.js";

const CHOICES = { shape: ["moons", "rings"], seed: ["0", "1"] } as const;

describe("the address of a page", () => {
  it("means its settings, and the defaults of what it leaves out", () => {
    expect(chosen("?shape=rings", CHOICES)).toEqual({ shape: "rings", seed: "0" });
  });

  it("means the default where it says what nobody knows", () => {
    expect(chosen("?shape=cubes&seed=1", CHOICES)).toEqual({ shape: "moons", seed: "1" });
  });

  it("says what was changed, and nothing of defaults", () => {
    expect(addressOf("?seed=1", { shape: "rings" }, CHOICES)).toBe("?seed=1&shape=rings");
    expect(addressOf("?seed=1", { seed: "0" }, CHOICES)).toBe("?");
  });

  it("keeps what belongs to others", () => {
    expect(addressOf("?page=train", { seed: "1" }, CHOICES)).toBe("?page=train&seed=1");
  });
});
