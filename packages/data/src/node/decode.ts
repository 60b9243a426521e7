/** @file Picture files in. */
import { GenError, messageOf } from "@gen/core";
import { fileError } from "@gen/core/node";
import { access, constants } from "node:fs/promises";
import { loadSharp } from "./sharp.js";

export interface DecodeOptions {
  /** Height and width in pixels: the picture is scaled to cover this and cut to it around its middle. */
  readonly size: readonly [height: number, width: number];
  /** 1 grey, 3 RGB. */
  readonly channels: 1 | 3;
  /** What shows through transparent places, 0..255. @default 255 */
  readonly background?: number;
}

/** A picture of more pixels than this is refused: a file of a few kB can ask for gigabytes. */
const MAX_PIXELS = 1e8;

/**
 * A PNG, JPEG or WebP file as u8 [C, H, W], upright by its EXIF orientation.
 *
 * @throws GenError `file` if it cannot be read, `format` if it is not a whole picture.
 */
export async function decodePicture(path: string, options: DecodeOptions): Promise<Uint8Array> {
  const { size, channels, background = 255 } = options;
  const [height, width] = size;
  const sharp = await loadSharp();
  const colour = { r: background, g: background, b: background };
  let pixels: { readonly data: Uint8Array; readonly info: { readonly channels: number } };
  try {
    pixels = await sharp(path, { failOn: "warning", limitInputPixels: MAX_PIXELS })
      .autoOrient()
      .flatten({ background: colour })
      .resize({ width, height, fit: "cover" })
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    await access(path, constants.R_OK).catch((reason: unknown) => {
      throw fileError("cannot read", path, reason);
    });
    const why = messageOf(cause)
      .split("\n")[0]!
      .replaceAll(path, "")
      .replace(/^[:\s]+/, "");
    throw new GenError("format", `${path}: expected a whole PNG, JPEG or WebP picture, got an error: ${why}`, {
      fix: "remove or replace the file",
      cause,
    });
  }
  if (pixels.info.channels !== channels) {
    throw new GenError(
      "internal",
      `${path}: expected ${channels} channels from the decoder, got ${pixels.info.channels}`,
    );
  }
  return planar(pixels.data, channels);
}

/** [H, W, C] to [C, H, W]. */
function planar(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return data;
  const plane = data.length / channels;
  const out = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) out[c * plane + i] = data[i * channels + c]!;
  }
  return out;
}
