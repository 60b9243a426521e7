/**
 * @file The glyph set: letters and digits of several hundred open-licensed typefaces, 28 × 28 grey. The header of
 * scripts/render-glyphs.py describes the file; GLYPHS.md lists the typefaces and their licences.
 */
import { GenError, type Rows } from "@gen/core";
import { checkRows, checkSplit, type PictureDataset } from "./dataset.js";
import { gunzip, isGzip } from "./gunzip.js";

/** One style of a typeface. */
export interface Face {
  readonly family: string;
  readonly style: string;
  /** SPDX expression where there is one. */
  readonly licence: string;
}

/** Fields `x` u8 [1, 28, 28], ink 255 on 0, and `label` i32 [], the index into `classes`. */
export interface GlyphDataset extends PictureDataset {
  readonly split: "train" | "test";
  /** "A" … "Z", "a" … "z", "0" … "9". */
  readonly classes: readonly string[];
  /** The faces of this split; no family is in both. */
  readonly faces: readonly Face[];
  /** Index into `faces` of each row. Rows come face by face, and within a face in the order of the classes. */
  readonly faceOf: Uint16Array;
}

export interface GlyphOptions {
  /** Train and test differ in their typefaces, so a test measures letterforms never seen. @default "train" */
  readonly split?: "train" | "test";
}

const MAGIC = "GENGLYPH";
const VERSION = 1;
const SIDE = 28;
const LEVELS = 16;
const PIXELS = SIDE * SIDE;
/** Two pixels a byte. */
const STORED = PIXELS / 2;
const FILE = "glyphs.bin.gz";
const SPLITS = ["train", "test"] as const;

/** Far more than the file holds: a bound, not a size. */
export const GLYPHS_LIMIT = 2 ** 26;

/**
 * The glyph set from the bytes of `glyphs.bin.gz`, wherever they came from. In Node `glyphs()` reads them for you.
 *
 * @throws GenError `format` or `version` if the bytes are not a glyph file of this version.
 */
export async function decodeGlyphs(bytes: Uint8Array, options: GlyphOptions = {}): Promise<GlyphDataset> {
  return parseGlyphs(isGzip(bytes) ? await gunzip(bytes, { file: FILE, limit: GLYPHS_LIMIT }) : bytes, options);
}

/** {@link decodeGlyphs} for bytes that are not, or no longer, compressed. The bytes are held: rows are unpacked when asked. */
export function parseGlyphs(bytes: Uint8Array, { split = "train" }: GlyphOptions = {}): GlyphDataset {
  const wanted = checkSplit("glyphs", split, SPLITS);
  const { head, body } = sections(bytes);
  const { classes, faces, licences } = readHead(head);

  const stride = Math.ceil(faces.length / 8);
  const masks = body.subarray(0, classes.length * stride);
  if (masks.length < classes.length * stride) throw bad("masks", `${classes.length * stride} bytes`, masks.length);
  const place = new Int32Array(classes.length * faces.length).fill(-1); // [class, face] -> which picture, if any
  let count = 0;
  for (let c = 0; c < classes.length; c++) {
    for (let f = 0; f < faces.length; f++) {
      if (((masks[c * stride + (f >> 3)]! >> (7 - (f & 7))) & 1) === 1) place[c * faces.length + f] = count++;
    }
  }
  const packed = body.subarray(masks.length);
  if (packed.length !== count * STORED) throw bad("pixels", `${count * STORED} bytes`, packed.length);

  const inSplit: Face[] = [];
  const picture: number[] = [];
  const labels: number[] = [];
  const faceOf: number[] = [];
  faces.forEach(([family, style, licence, side], f) => {
    if (side !== wanted) return;
    for (let c = 0; c < classes.length; c++) {
      const at = place[c * faces.length + f]!;
      if (at < 0) continue;
      picture.push(at);
      labels.push(c);
      faceOf.push(inSplit.length);
    }
    inSplit.push({ family, style, licence: licences[licence]! });
  });

  return {
    name: "glyphs",
    split: wanted,
    length: picture.length,
    fields: { x: { dtype: "u8", shape: [1, SIDE, SIDE] }, label: { dtype: "i32", shape: [] } },
    classes,
    faces: inSplit,
    faceOf: Uint16Array.from(faceOf),
    rows(indices): Rows {
      checkRows("glyphs", indices, picture.length);
      const x = new Uint8Array(indices.length * PIXELS);
      const label = new Int32Array(indices.length);
      indices.forEach((row, i) => {
        unpack(packed, picture[row]! * STORED, x, i * PIXELS);
        label[i] = labels[row]!;
      });
      return {
        x: { dtype: "u8", shape: [indices.length, 1, SIDE, SIDE], data: x },
        label: { dtype: "i32", shape: [indices.length], data: label },
      };
    },
  };
}

/** Columns of pairs of pixels, four bits each, to rows of bytes. */
function unpack(from: Uint8Array, start: number, to: Uint8Array, at: number): void {
  for (let x = 0; x < SIDE; x += 2) {
    const column = start + (x / 2) * SIDE;
    for (let y = 0; y < SIDE; y++) {
      const pair = from[column + y]!;
      to[at + y * SIDE + x] = (pair >> 4) * 17; //      0..15 -> 0..255
      to[at + y * SIDE + x + 1] = (pair & 15) * 17;
    }
  }
}

type FaceRow = readonly [family: string, style: string, licence: number, split: "train" | "test"];

interface Head {
  readonly classes: readonly string[];
  readonly faces: readonly FaceRow[];
  readonly licences: readonly string[];
}

function bad(field: string, expected: string, got: string | number): GenError {
  return new GenError("format", `${FILE}: ${field}: expected ${expected}, got ${got}`, { fix: "reinstall @gen/data" });
}

/** The index of the file, and what follows it. */
function sections(bytes: Uint8Array): { readonly head: Uint8Array; readonly body: Uint8Array } {
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC) throw bad("magic", MAGIC, bytes.length === 0 ? "an empty file" : JSON.stringify(magic));
  if (bytes.length < 16) throw bad("header", "16 bytes", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const version = view.getUint32(8, true);
  if (version > VERSION) {
    throw new GenError("version", `${FILE}: expected version ${VERSION}, got ${version}`, { fix: "update @gen/data" });
  }
  if (version !== VERSION) throw bad("version", `${VERSION}`, version);
  const end = 16 + view.getUint32(12, true);
  if (end > bytes.length) throw bad("index", `${end - 16} bytes`, bytes.length - 16);
  return { head: bytes.subarray(16, end), body: bytes.subarray(end) };
}

function readHead(bytes: Uint8Array): Head {
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new GenError("format", `${FILE}: index: expected JSON, got something else`, {
      fix: "reinstall @gen/data",
      cause,
    });
  }
  const { classes, side, levels, faces, licences } = (head ?? {}) as Record<string, unknown>;
  if (side !== SIDE || levels !== LEVELS) {
    throw bad("index", `${SIDE} pixels of ${LEVELS} levels`, `${String(side)} of ${String(levels)}`);
  }
  if (typeof classes !== "string" || classes === "") throw bad("classes", "a string of letters", typeof classes);
  if (!Array.isArray(licences) || !licences.every((each) => typeof each === "string")) {
    throw bad("licences", "strings", typeof licences);
  }
  const isFace = (face: unknown): face is FaceRow =>
    Array.isArray(face) &&
    typeof face[0] === "string" &&
    typeof face[1] === "string" &&
    Number.isInteger(face[2]) &&
    licences[face[2] as number] !== undefined &&
    (face[3] === "train" || face[3] === "test");
  if (!Array.isArray(faces) || faces.length === 0 || faces.length > 0xffff || !faces.every(isFace)) {
    throw bad("faces", "rows of family, style, licence and split", "something else");
  }
  return { classes: Array.from(classes), faces, licences };
}
