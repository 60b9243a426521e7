import { describe, expect, it } from "vitest";
import { nearestName } from "../src/nearest.js";

describe("nearestName", () => {
  const known = ["learningRate", "latentDim", "batch", "beta", "mnist", "binarized-mnist", "glyphs"];

  it.each([
    ["learnigRate", "learningRate"],
    ["latentdim", "latentDim"],
    ["bathc", "batch"],
    ["btea", "beta"],
    ["glyph", "glyphs"],
    ["minst", "mnist"],
    ["binarised-mnist", "binarized-mnist"],
    ["lat", "latentDim"],
    ["mnist", "mnist"],
  ])("reads %s as %s", (name, meant) => {
    expect(nearestName(name, known)).toBe(meant);
  });

  it.each(["", "x", "imagenet", "celeba", "momentum"])("has no idea about %j", (name) => {
    expect(nearestName(name, known)).toBeUndefined();
  });

  it("takes the first of two that are equally near", () => {
    expect(nearestName("bat", ["cat", "rat"])).toBe("cat");
    expect(nearestName("bat", [])).toBeUndefined();
  });
});
