import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { encodeGif, writeGif } from "../../src/node/gif.js";
import { errorOf, folder } from "../helpers.js";

const frame = (value: number) => ({ data: new Uint8Array(12).fill(value), width: 4, height: 3, channels: 1 }) as const;

it("writes an animation whose pictures stand as long as they should, for ever", async () => {
  const path = join(folder(), "a.gif");
  await writeGif(path, [frame(0), frame(128), frame(255)], { frameMs: 50, lastMs: 900 });
  const { pages, delay, loop, pageHeight, width } = await sharp(path, { animated: true }).metadata();
  expect({ pages, delay, loop, pageHeight, width }).toEqual({
    pages: 3,
    delay: [50, 50, 900],
    loop: 0,
    pageHeight: 3,
    width: 4,
  });
  const pixels = await sharp(path, { page: 1 }).greyscale().raw().toBuffer();
  expect(Math.abs(pixels[0]! - 128)).toBeLessThan(3);
  expect(readFileSync(path).subarray(0, 3).toString()).toBe("GIF");
});

it("refuses no pictures, and pictures of different sizes", async () => {
  expect((await errorOf(() => encodeGif([]))).message).toContain("expected at least one picture");
  const other = { ...frame(0), width: 3, height: 4 };
  expect((await errorOf(() => encodeGif([frame(0), other]))).message).toContain("expected pictures of 3 × 4");
});
