import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writePng } from "../../src/node/png.js";
import { datasets, openDataset, type DatasetEntry } from "../../src/node/registry.js";
import { errorOf, folder } from "../helpers.js";

describe("datasets", () => {
  it.each(Object.entries<DatasetEntry>(datasets))("%s says where it comes from", (_, entry) => {
    expect(entry.licence.length * entry.citation.length * entry.description.length).toBeGreaterThan(0);
    for (const file of Object.values(entry.files).flat()) {
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(new URL(file.url).pathname).toMatch(/\.(gz|amat)$/);
      expect(file.bytes).toBeGreaterThan(0);
    }
  });
});

describe("openDataset", () => {
  it("opens by name", async () => {
    expect(await openDataset("glyphs", { split: "test" })).toMatchObject({
      name: "glyphs",
      split: "test",
      length: 4_153,
    });
  });

  it("opens a folder of pictures", async () => {
    const path = folder();
    await writePng(join(path, "a.png"), { data: Uint8Array.of(9), width: 1, height: 1, channels: 1 });
    expect(await openDataset(path, { size: 2, channels: 1 })).toMatchObject({
      length: 1,
      fields: { x: { shape: [1, 2, 2] } },
    });
  });

  it.each([
    ["minst", {}, 'did you mean "mnist"?'],
    ["glyph", {}, 'did you mean "glyphs"?'],
    ["imagenet", {}, "write ./imagenet"],
    ["./no-such-folder", {}, "no-such-folder"],
    ["glyphs", { size: 32 }, "leave out size"],
    ["glyphs", { dir: "x" }, "leave out dir"],
    ["glyphs", { split: "valid" }, "expected split train or test"],
    ["./folder", { dir: "x" }, "leave out dir"],
    ["toString", {}, "expected glyphs, mnist"],
  ] as const)("explains %s %j", async (name, options, text) => {
    expect((await errorOf(() => openDataset(name, options))).message).toContain(text);
  });
});
