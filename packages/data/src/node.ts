/** @file The public surface of @gen/data/node: data sets by name, files in and out. */
export { audioFolder, type AudioDataset, type AudioFolderOptions } from "./node/audio-folder.js";
export { binarizedMnist, type BinarizedMnistOptions } from "./node/binarized-mnist.js";
export { csvTable, type CsvOptions } from "./node/csv.js";
export { csvRecords, type CsvFormat, type CsvRecord } from "./node/csv-records.js";
export { decodePicture, type DecodeOptions } from "./node/decode.js";
export { download, type DownloadOptions, type DownloadProgress } from "./node/download.js";
export { emoji, type EmojiDataset, type EmojiName, type EmojiOptions } from "./node/emoji.js";
export { glyphs } from "./node/glyphs.js";
export { fashionMnist, mnist, readIdx, type MnistOptions } from "./node/idx-sets.js";
export { imageFolder, type ImageFolderOptions } from "./node/image-folder.js";
export { cacheDir, type FetchOptions, type RemoteFile } from "./node/places.js";
export { encodePng, writePng } from "./node/png.js";
export { datasets, openDataset } from "./node/registry.js";
export type { DatasetEntry, DatasetName, LoadOptions, OpenDatasetOptions } from "./node/registry.js";
export { jsbChorales, openText, scanTask, texts, type ChoralesOptions, type ScanOptions } from "./node/sequences.js";
export { streamFile, streamText } from "./node/stream.js";
export { openTable, tables, type OpenTableOptions, type TableEntry, type TableName } from "./node/tables.js";
export { textDataset, type TextDataset, type TextOptions } from "./node/text.js";
