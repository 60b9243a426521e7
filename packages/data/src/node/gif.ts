/** @file Animations out. */
import { GenError } from "@gen/core";
import { writeAtomic } from "@gen/core/node";
import type { Picture } from "../grid.js";
import { loadSharp } from "./sharp.js";

export interface AnimationOptions {
  /** How long each picture stands. @default 80 */
  readonly frameMs?: number;
  /** How long the last one stands. @default 1500 */
  readonly lastMs?: number;
}

/**
 * The bytes of an animated GIF that begins anew for ever. It has 256 colours.
 *
 * @param frames pictures of one size
 * @throws GenError `shape` for none, or pictures of different sizes, `file` if sharp is not installed
 */
export async function encodeGif(
  frames: readonly Picture[],
  { frameMs = 80, lastMs = 1500 }: AnimationOptions = {},
): Promise<Uint8Array> {
  const [first] = frames;
  if (first === undefined) throw new GenError("shape", "encodeGif: expected at least one picture, got none");
  const { width, height, channels } = first;
  const odd = frames.findIndex((one) => one.width !== width || one.height !== height || one.channels !== channels);
  if (odd >= 0)
    throw new GenError("shape", `encodeGif: expected pictures of ${height} × ${width}, got another size as ${odd}`);
  const data = new Uint8Array(frames.length * height * width * channels);
  frames.forEach((frame, i) => data.set(frame.data, i * height * width * channels));
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height: height * frames.length, channels, pageHeight: height } });
  const delay = frames.map((_, i) => (i === frames.length - 1 ? lastMs : frameMs));
  return image.gif({ delay, loop: 0, dither: 0 }).toBuffer();
}

/** Writes an animated GIF, whole or not at all. @throws GenError `file` if it cannot be written, and as {@link encodeGif} */
export async function writeGif(
  path: string,
  frames: readonly Picture[],
  options: AnimationOptions = {},
): Promise<void> {
  await writeAtomic(path, await encodeGif(frames, options));
}
