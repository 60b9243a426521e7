import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gunzip, isGzip } from "../src/gunzip.js";
import { errorOf, noise } from "./helpers.js";

describe("gunzip", () => {
  const content = noise(100_000);
  const zipped = gzipSync(content);

  it("undoes gzip", async () => {
    expect(isGzip(zipped)).toBe(true);
    expect(isGzip(content)).toBe(false);
    expect(Buffer.from(await gunzip(zipped, { file: "a.gz" })).equals(content)).toBe(true);
  });

  const broken = Buffer.from(zipped);
  broken[zipped.length - 6]! ^= 1; // in the checksum
  it.each([
    ["truncated", zipped.subarray(0, 1000)],
    ["corrupt", broken],
    ["corrupt", Uint8Array.of(0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)],
  ])("calls a %s file so", async (_, bytes) => {
    const { code, message } = await errorOf(() => gunzip(bytes, { file: "a.gz" }));
    expect(code).toBe("format");
    expect(message).toMatch(/^a\.gz: expected a whole gzip file, got one that is (truncated|corrupt)/);
  });

  it("stops at the limit", async () => {
    const bomb = gzipSync(new Uint8Array(10_000_000));
    const { code, message } = await errorOf(() => gunzip(bomb, { file: "a.gz", limit: 100_000 }));
    expect(code).toBe("format");
    expect(message).toContain("at most 100000 bytes");
  });
});
