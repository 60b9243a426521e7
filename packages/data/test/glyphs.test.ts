import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeGlyphs, parseGlyphs } from "../src/glyphs.js";
import { errorOf } from "./helpers.js";

/** A file with one class, three faces (the second has no picture), and pictures of one grey each. */
function tiny(change: Record<string, unknown> = {}): Uint8Array {
  const faces = [
    ["A", "Bold", 0, "train"],
    ["B", "Bold", 0, "train"],
    ["C", "Thin", 1, "test"],
  ];
  const head = { classes: "Q", side: 28, levels: 16, glyphs: 2, faces, licences: ["MIT", "OFL-1.1"], ...change };
  const json = Buffer.from(JSON.stringify(head));
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32LE(1, 0);
  sizes.writeUInt32LE(json.length, 4);
  const masks = Uint8Array.of(0b1010_0000);
  return Buffer.concat([Buffer.from("GENGLYPH"), sizes, json, masks, Buffer.alloc(392, 0x10), Buffer.alloc(392, 0xff)]);
}

describe("parseGlyphs", () => {
  it("unpacks two pixels a byte, down the columns", async () => {
    const set = parseGlyphs(tiny());
    const { x, label } = await set.rows([0]);
    expect(set).toMatchObject({ length: 1, classes: ["Q"], split: "train" });
    expect(set.faces.map(({ family }) => family)).toEqual(["A", "B"]);
    expect(x!.shape).toEqual([1, 1, 28, 28]);
    expect([...(x!.data as Uint8Array).subarray(0, 4)]).toEqual([17, 0, 17, 0]);
    expect([...(label!.data as Int32Array)]).toEqual([0]);
  });

  it("keeps the splits apart", async () => {
    const set = parseGlyphs(tiny(), { split: "test" });
    expect(set.faces).toEqual([{ family: "C", style: "Thin", licence: "OFL-1.1" }]);
    expect((await set.rows([0]))["x"]!.data.every((value) => value === 255)).toBe(true);
  });

  const whole = tiny();
  const with_ = (at: number, byte: number) => Buffer.from(whole).fill(byte, at, at + 1);
  it.each([
    ["nothing", new Uint8Array(0), "format", "magic"],
    ["another format", Buffer.from("PK not glyphs at all"), "format", "magic"],
    ["a cut header", whole.subarray(0, 12), "format", "header"],
    ["a newer version", with_(8, 2), "version", "expected version 1, got 2"],
    ["an index past the end", with_(14, 255), "format", "index"],
    ["an index that is not JSON", with_(16, 1), "format", "index"],
    ["cut pixels", whole.subarray(0, -1), "format", "pixels"],
    ["another size", tiny({ side: 32 }), "format", "index"],
    ["a face of no licence", tiny({ faces: [["A", "Bold", 7, "train"]] }), "format", "faces"],
    ["a face of no split", tiny({ faces: [["A", "Bold", 0, "valid"]] }), "format", "faces"],
    ["no classes", tiny({ classes: "" }), "format", "classes"],
  ])("refuses %s", async (_, bytes, code, field) => {
    const error = await errorOf(() => parseGlyphs(bytes));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`glyphs.bin.gz: ${field}`);
  });
});

describe("decodeGlyphs", () => {
  it("takes the bytes compressed or not", async () => {
    expect((await decodeGlyphs(gzipSync(tiny()))).length).toBe(1);
    expect((await decodeGlyphs(tiny())).length).toBe(1);
  });

  it("reads the file of the package without Node's own decompression", async () => {
    const bytes = readFileSync(new URL("../assets/glyphs.bin.gz", import.meta.url));
    const streamed = await decodeGlyphs(bytes, { split: "test" });
    const direct = parseGlyphs(gunzipSync(bytes), { split: "test" });
    expect(await streamed.rows([0, 4000])).toEqual(await direct.rows([0, 4000]));
  });
});
