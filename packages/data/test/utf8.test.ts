import { describe, expect, it } from "vitest";
import { decodeUtf8, firstInvalid } from "../src/utf8.js";
import { errorOf } from "./helpers.js";

async function decode(bytes: Uint8Array, size: number): Promise<string> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  let text = "";
  for await (const part of decodeUtf8(pieces, { file: "f" })) text += part;
  return text;
}

describe("decodeUtf8", () => {
  const text = "naïve — 東京\n𝄞 clef\0 end";

  it.each([1, 2, 3, 5, 100])("puts characters together from pieces of %i bytes", async (size) => {
    expect(await decode(new TextEncoder().encode(text), size)).toBe(text);
    expect(await decode(new TextEncoder().encode(`\uFEFF${text}`), size)).toBe(text);
  });

  it.each([
    [[0x61, 0xff], 1],
    [[0x61, 0x80], 1],
    [[0xc0, 0xaf], 0],
    [[0xe0, 0x80, 0xaf], 1],
    [[0xed, 0xa0, 0x80], 1],
    [[0xf4, 0x90, 0x80, 0x80], 1],
    [[0xf5, 0x80, 0x80, 0x80], 0],
    [[0xe6, 0x9d, 0x61], 2],
    [[0x61, 0xe6, 0x9d], 3],
    [[0xc3], 1],
  ])("names the first byte of %j that is not UTF-8: %i", async (bytes, at) => {
    expect(firstInvalid(Uint8Array.from(bytes))).toBe(at);
    const whole = Uint8Array.from([...new TextEncoder().encode("one\ntwo\n"), ...bytes]);
    for (const size of [1, 2, 3, 4, 100]) {
      const { code, message } = await errorOf(() => decode(whole, size));
      expect(code).toBe("format");
      expect(message).toContain(
        `f: byte ${8 + at}, line 3: expected UTF-8, got ${at < bytes.length ? "0x" : "the end"}`,
      );
    }
  });

  it("agrees with the platform on every pair and many triples of bytes", () => {
    const fatal = new TextDecoder("utf-8", { fatal: true });
    const isText = (bytes: Uint8Array): boolean => {
      try {
        fatal.decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    const wrong: Uint8Array[] = [];
    for (let a = 0; a < 256; a++) {
      for (let b = 0; b < 256; b++) {
        for (const rest of [[0x41], [0x80, 0x41], [0xbf, 0x80, 0x41]]) {
          const bytes = Uint8Array.of(a, b, ...rest);
          if ((firstInvalid(bytes) === bytes.length) !== isText(bytes)) wrong.push(bytes);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
