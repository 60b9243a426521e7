import { describe, expect, it } from "vitest";
import { openOwn } from "../../src/own/own.js";
import { kindOf, pixelsOf } from "../../src/own/recognise.js";

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (c) => c.charCodeAt(0));
const kind = (name: string, text: string): string => kindOf(name, bytes(text), text.length);
const fixed = (says: string | RegExp): object => ({ name: "GenError", message: expect.stringMatching(says) as string });

describe("what a file is", () => {
  it.each([
    ["a.png", "\x89PNG\r\n\x1a\n", "pictures"],
    ["a.csv", "\xff\xd8\xff\xe0", "pictures"],
    ["a.txt", "RIFF\0\0\0\0WEBPVP8 ", "pictures"],
    ["a.bin", "RIFF\0\0\0\0WAVEfmt ", "sound"],
    ["a.csv", "x,y\n1,2\n", "table"],
    ["a.png", "Once upon a time", "text"],
    ["a.txt", "gr\xc3\xbc\xc3", "text"], // cut within a character
  ])("%s with %j", (name, text, wanted) => {
    expect(kind(name, text)).toBe(wanted);
  });

  it.each([
    ["a.txt", "", /a\.txt: .* got an empty file.*\n.*fix: /s],
    ["a.txt", "%PDF-1.7", /got a PDF document/],
    ["a.csv", "PK\x03\x04", /got a zip file \(a Word or Excel document/],
    ["a.wav", "ID3\x04", /got an MP3 sound/],
    ["a.png", "\0\0\0\x20ftypisom", /got a film/],
    ["a.txt", "\x00\x01\x02\x03", /got bytes that are neither/],
    ["a.txt", "\xfe\xfe", /got bytes that are neither/],
  ])("%s with %j is refused in a sentence", (name, text, says) => {
    expect(() => kind(name, text)).toThrow(expect.objectContaining(fixed(says)) as Error);
  });

  it("is refused when it is huge, by its size alone", () => {
    expect(() => kindOf("a.csv", bytes("x,y"), 100 * 2 ** 20)).toThrow(/got 100 MB.*at most 64 MB/s);
  });

  it("is one for all", async () => {
    const files = [new File(["x,y\n1,2"], "a.csv"), new File(["Once"], "b.txt")];
    await expect(openOwn(files)).rejects.toMatchObject(fixed(/one kind, got table \(a\.csv\) and text \(b\.txt\)/));
    await expect(openOwn([])).rejects.toMatchObject(fixed(/got none/));
  });
});

describe("the size of a picture", () => {
  it("is read from its first bytes", () => {
    expect(pixelsOf(bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x27\x10\0\0\x27\x10"))).toBe(10_000 ** 2);
    expect(pixelsOf(bytes("GIF89a\x10\0\x20\0"))).toBe(16 * 32);
    const app = "\xff\xe0\0\x04ab";
    expect(pixelsOf(bytes(`\xff\xd8${app}\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\0\0`))).toBe(16 * 32);
    expect(pixelsOf(bytes("\xff\xd8\xff\xe0\0\0\0\0\0\0\0\0"))).toBeUndefined();
    expect(pixelsOf(bytes("RIFF"))).toBeUndefined();
  });
});
