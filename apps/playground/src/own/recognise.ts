/** @file What a file is, by what stands in it and not by its name; and a sentence for one that is of no use here. */
import { GenError } from "@gen/core";

export const KINDS = ["pictures", "table", "text", "sound"] as const;
export type Kind = (typeof KINDS)[number];

/** Bytes of one file, and of all together. */
export const MOST_BYTES = { each: 64 * 2 ** 20, all: 256 * 2 ** 20 } as const;
/** Bytes that are looked at. */
export const HEAD = 4096;

const FIX = "take PNG, JPEG or WebP pictures, a CSV table, plain text, or WAV sounds";

interface Mark {
  /** What files begin with; "?" is any byte. */
  readonly begins: string;
  readonly what: string;
  readonly kind?: Kind;
}

const MARKS: readonly Mark[] = [
  { begins: "\x89PNG", what: "a PNG picture", kind: "pictures" },
  { begins: "\xff\xd8\xff", what: "a JPEG picture", kind: "pictures" },
  { begins: "GIF8", what: "a GIF picture", kind: "pictures" },
  { begins: "RIFF????WEBP", what: "a WebP picture", kind: "pictures" },
  { begins: "RIFF????WAVE", what: "a WAV sound", kind: "sound" },
  { begins: "????ftypavif", what: "an AVIF picture", kind: "pictures" },
  { begins: "????ftyp", what: "a film or a sound in MP4" },
  { begins: "ID3", what: "an MP3 sound" },
  { begins: "\xff\xfb", what: "an MP3 sound" },
  { begins: "OggS", what: "an Ogg sound" },
  { begins: "fLaC", what: "a FLAC sound" },
  { begins: "%PDF", what: "a PDF document" },
  { begins: "PK\x03\x04", what: "a zip file (a Word or Excel document is one, too)" },
  { begins: "\x1f\x8b", what: "a gzip file" },
];

/** @throws GenError `format` for a file that is empty, too large, or of no kind that is learned from here */
export function kindOf(name: string, head: Uint8Array, size: number): Kind {
  const refused = (got: string, fix = FIX): GenError =>
    new GenError("format", `${name}: expected pictures, a table, text or sound, got ${got}`, { fix });
  if (size === 0) throw refused("an empty file");
  if (size > MOST_BYTES.each) {
    const megabytes = (size / 2 ** 20).toFixed(0);
    throw refused(`${megabytes} MB`, `take a part of it: at most ${MOST_BYTES.each / 2 ** 20} MB`);
  }
  const mark = MARKS.find(({ begins }) => isAt(head, begins));
  if (mark?.kind !== undefined) return mark.kind;
  if (mark !== undefined) throw refused(mark.what);
  if (!isText(head)) throw refused("bytes that are neither");
  return /\.(csv|tsv)$/i.test(name) ? "table" : "text";
}

function isAt(bytes: Uint8Array, begins: string): boolean {
  return Array.from(begins).every((c, i) => c === "?" || bytes[i] === c.charCodeAt(0));
}

/** UTF-8 without control characters; its last character may be cut. */
function isText(head: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return !/[\0-\x08\x0e-\x1f]/.test(text); // eslint-disable-line no-control-regex -- these are what is looked for
  } catch {
    return false;
  }
}

/** Width times height, as the header of a PNG, JPEG or GIF says; none where it is elsewhere. */
export function pixelsOf(head: Uint8Array): number | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (isAt(head, "\x89PNG") && head.length >= 24) return view.getUint32(16) * view.getUint32(20);
  if (isAt(head, "GIF8") && head.length >= 10) return view.getUint16(6, true) * view.getUint16(8, true);
  if (!isAt(head, "\xff\xd8\xff")) return undefined;
  for (let at = 2; at + 9 < head.length && head[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = head[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return view.getUint16(at + 5) * view.getUint16(at + 7);
  }
  return undefined;
}
