import { describe, expect, it } from "vitest";
import { parseAmat, unpackBits } from "../src/bits.js";
import { errorOf } from "./helpers.js";

const size = { file: "a.bits", count: 2, height: 2, width: 5 };

describe("unpackBits", () => {
  it("reads the most significant bit first and begins each picture at a byte", () => {
    const { shape, data } = unpackBits(Uint8Array.of(0b10000000, 0b01_111111, 0b00011000, 0b10_000000), size);
    expect(shape).toEqual([2, 2, 5]);
    expect([...data]).toEqual([255, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0, 0, 255, 0]);
  });

  it.each([0, 3, 5])("refuses %i bytes for 4", async (n) => {
    const { code, message } = await errorOf(() => unpackBits(new Uint8Array(n), size));
    expect(code).toBe("format");
    expect(message).toContain("a.bits: size: expected 4 bytes (2 pictures of 2 bytes)");
  });
});

describe("parseAmat", () => {
  const text = "1 0 0 0 0 0 0 0 0 1\n0 0 0 1 1 0 0 0 1 0\n";
  const parse = (content: string) => parseAmat(new TextEncoder().encode(content), size);

  it("reads the same pictures from text", () => {
    expect(parse(text)).toEqual(unpackBits(Uint8Array.of(0b10000000, 0b01_000000, 0b00011000, 0b10_000000), size));
  });

  it.each([
    [text.replace("1 1", "1 2"), "line 2, column 5"],
    [text.replace("0\n", "0 "), "line 2, column 10"],
    [text.slice(0, -1), "size"],
    ["", "size: expected 40 bytes (2 lines of 10 digits), got an empty file"],
  ])("says where %j is wrong", async (content, where) => {
    const { code, message } = await errorOf(() => parse(content));
    expect(code).toBe("format");
    expect(message).toContain(`a.bits: ${where}`);
  });
});
