/** @file The glyph set as it lies in this package. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { GenError } from "@gen/core";
import { GLYPHS_LIMIT, parseGlyphs, type GlyphDataset, type GlyphOptions } from "../glyphs.js";
import { badGzip } from "../gunzip.js";

/** From src/node and from dist/node alike. */
const FILE = new URL("../../assets/glyphs.bin.gz", import.meta.url);

let unpacked: Uint8Array | undefined;

/**
 * 32,951 letters and digits of 533 faces: `x` u8 [1, 28, 28], `label` i32 []. Needs no download and no fonts.
 *
 *     const { length, classes, faces } = glyphs({ split: "test" });
 *
 * @throws GenError `file` or `format` if the package's own file is missing or damaged.
 */
export function glyphs(options: GlyphOptions = {}): GlyphDataset {
  unpacked ??= read();
  return parseGlyphs(unpacked, options);
}

function read(): Uint8Array {
  let bytes: Buffer;
  try {
    bytes = readFileSync(FILE);
  } catch (cause) {
    throw new GenError("file", `glyphs: expected a file at ${fileURLToPath(FILE)}, got none`, {
      fix: "reinstall @gen/data",
      cause,
    });
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: GLYPHS_LIMIT });
  } catch (thrown) {
    throw badGzip(fileURLToPath(FILE), thrown);
  }
}
