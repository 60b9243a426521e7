import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodePicture } from "../../src/node/decode.js";
import { encodePng, writePng } from "../../src/node/png.js";
import { errorOf, folder, noise } from "../helpers.js";

describe("writePng", () => {
  it.each([1, 3] as const)("writes %i channels that come back the same", async (channels) => {
    const path = join(folder(), "deep", "a.png");
    const data = noise(6 * 5 * channels);
    await writePng(path, { data, width: 5, height: 6, channels });
    const planes = await decodePicture(path, { size: [6, 5], channels });
    expect([...planes]).toEqual(
      Array.from({ length: channels }, (_, c) => [...data].filter((_, i) => i % channels === c)).flat(),
    );
    expect(readFileSync(path)[25]).toBe(channels === 1 ? 0 : 2); // colour type: grey or RGB
  });

  it("refuses data of another size", async () => {
    const work = () => encodePng({ data: new Uint8Array(5), width: 2, height: 3, channels: 1 });
    expect((await errorOf(work)).message).toContain("encodePng: expected 3 × 2 × 1 bytes, got 5");
  });

  it("leaves what was there when it cannot write", async () => {
    const root = folder();
    writeFileSync(join(root, "file"), "kept");
    const picture = { data: new Uint8Array(1), width: 1, height: 1, channels: 1 } as const;
    expect((await errorOf(() => writePng(join(root, "file", "a.png"), picture))).code).toBe("file");
    mkdirSync(join(root, "a.png"));
    expect((await errorOf(() => writePng(join(root, "a.png"), picture))).message).toContain("a.png");
    expect(readdirSync(root).sort()).toEqual(["a.png", "file"]);
    expect(readFileSync(join(root, "file"), "utf8")).toBe("kept");
  });
});
