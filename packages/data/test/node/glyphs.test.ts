import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { glyphs } from "../../src/node/glyphs.js";

describe("glyphs", () => {
  const train = glyphs();
  const test = glyphs({ split: "test" });

  it("has thousands of pictures of many typefaces in at most 3 MB", () => {
    expect(train.classes.join("")).toBe("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    expect([train.length, test.length]).toEqual([28_798, 4_153]);
    expect([train.faces.length, test.faces.length]).toEqual([466, 67]);
    expect(statSync(new URL("../../assets/glyphs.bin.gz", import.meta.url)).size).toBeLessThan(3e6);
  });

  it("tests on families that were not trained on", () => {
    const trained = new Set(train.faces.map(({ family }) => family));
    expect(test.faces.filter(({ family }) => trained.has(family))).toEqual([]);
  });

  it("knows face and class of each row", async () => {
    const { label } = await test.rows([...Array(test.length).keys()]);
    const seen = new Set(Array.from(label!.data as Int32Array, (c, row) => c + 62 * test.faceOf[row]!));
    expect(seen.size).toBe(test.length);
  });

  it("has ink in every picture, a third at most, and none in the corners", async () => {
    for (let start = 0; start < train.length; start += 2048) {
      const rows = Array.from({ length: Math.min(2048, train.length - start) }, (_, i) => start + i);
      const x = (await train.rows(rows))["x"]!.data as Uint8Array;
      for (let i = 0; i < rows.length; i++) {
        const picture = x.subarray(i * 784, (i + 1) * 784);
        const ink = picture.reduce((sum, value) => sum + value, 0) / 255 / 784;
        if (ink < 0.005 || ink > 0.5) expect.fail(`row ${start + i}: ${ink} of it is ink`);
        if (picture[0]! + picture[27]! > 0) expect.fail(`row ${start + i}: ink in a corner`);
      }
    }
  });

  it("names the licence of every family in GLYPHS.md", () => {
    const listing = readFileSync(new URL("../../GLYPHS.md", import.meta.url), "utf8");
    const missing = [...train.faces, ...test.faces].filter(
      ({ family, licence }) =>
        !listing.split("\n").some((row) => row.includes(family) && row.includes(`| ${licence} |`)),
    );
    expect(missing).toEqual([]);
  });
});
