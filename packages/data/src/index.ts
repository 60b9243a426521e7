/** @file The public surface of @gen/data: formats and data sets that work anywhere; bytes come from the caller. */
export type { PictureDataset, Split } from "./dataset.js";
export { decodeGlyphs, type Face, type GlyphDataset, type GlyphOptions } from "./glyphs.js";
export { gunzip, type GunzipOptions } from "./gunzip.js";
