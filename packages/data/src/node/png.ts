/** @file Picture files out. */
import { GenError } from "@gen/core";
import { writeAtomic } from "@gen/core/node";
import type { Picture } from "../grid.js";
import { loadSharp } from "./sharp.js";

/**
 * The bytes of a PNG file.
 *
 * @throws GenError `shape` if the data are not width · height · channels bytes, `file` if sharp is not installed.
 */
export async function encodePng({ data, width, height, channels }: Picture): Promise<Uint8Array> {
  const whole = Number.isSafeInteger(width) && width > 0 && Number.isSafeInteger(height) && height > 0;
  if (!whole || data.length !== width * height * channels) {
    throw new GenError("shape", `encodePng: expected ${height} × ${width} × ${channels} bytes, got ${data.length}`);
  }
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels } });
  return image
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/**
 * Writes a PNG file, whole or not at all.
 *
 * @throws GenError `file` if it cannot be written, and as {@link encodePng}.
 */
export async function writePng(path: string, picture: Picture): Promise<void> {
  await writeAtomic(path, await encodePng(picture));
}
