/** @file The public surface of @gen/data: formats and data sets that work anywhere; the bytes come from the caller. */
export { parseAmat, unpackBits, type BitsOptions } from "./bits.js";
export { ColumnScan, type ColumnOptions, type ColumnScanOptions } from "./column-scan.js";
export type { PictureDataset, Split } from "./dataset.js";
export { decodeGlyphs, parseGlyphs, type Face, type GlyphDataset, type GlyphOptions } from "./glyphs.js";
export { grid, type GridOptions, type Picture } from "./grid.js";
export { gunzip, type GunzipOptions } from "./gunzip.js";
export { MusicEvents, type EventOptions } from "./events.js";
export { parseIdx } from "./idx.js";
export { notesOf, pieceOf, type Note } from "./notes.js";
export {
  parsePieces,
  pianoRolls,
  piecesOf,
  type PianoRollDataset,
  type PianoRollOptions,
  type Piece,
} from "./piano-rolls.js";
export { pictures, type PicturesOptions } from "./pictures.js";
export { play, type PlayOptions } from "./play.js";
export { END, PAD, parseScan, type ScanDataset } from "./scan.js";
export { splitRows, type SplitOptions } from "./splits.js";
export { fieldPerColumn, type TableDataset } from "./table.js";
export { mergeTracks, stackTracks, trackColumns, unstackTracks, type TrackColumns } from "./tracks.js";
export {
  checkerboard,
  gridCentres,
  gridOfGaussians,
  ringCentres,
  ringOfGaussians,
  rings,
  twoMoons,
  type ToyOptions,
} from "./toy.js";
export { decodeUtf8 } from "./utf8.js";
export { encodeWav, parseWav, type Sound, type WavOptions } from "./wav.js";
export { vocabularyOf, withWords, wordNumbers, wordsOf, type WordNumberOptions } from "./words.js";
