/** @file The field `decoder` of a `tokenizer.json`: which bytes a token stands for, as the file spells it. */
import { hiddenIn } from "./byte-characters.js";
import type { Field } from "../json-field.js";

export interface Decoding {
  /** Of a token as it is spelled; undefined for what stands for none. */
  readonly bytesOf: (spelled: string) => Uint8Array | undefined;
  /** How many spaces a whole text loses at its beginning. */
  readonly stripped: number;
}

/** A character for each byte. @throws GenError `format` for another kind */
export function byteDecoding(field: Field): Decoding {
  if (field.type !== "ByteLevel") throw field.wrong("ByteLevel, as the pre_tokenizer is,");
  return { bytesOf: hiddenIn, stripped: 0 };
}

/**
 * Characters, a mark for a space, and bytes of characters that have no token spelled `<0x0A>`: the stages `Replace`,
 * `ByteFallback`, `Fuse` and, where a space was put before the text, `Strip`.
 *
 * @throws GenError `format` for other stages
 */
export function fallbackDecoding(field: Field): Decoding {
  const stages = field.type === "Sequence" ? field.at("decoders").list() : [field];
  const kinds = stages.map(({ type }) => type).join(", ");
  if (kinds !== "Replace, ByteFallback, Fuse" && kinds !== "Replace, ByteFallback, Fuse, Strip")
    throw field.wrong("Replace, ByteFallback, Fuse and perhaps Strip, as byte_fallback needs,");
  const [replace, , , strip] = stages as [Field, Field, Field, Field?];
  const [mark, content] = [replace.at("pattern").at("String").text(), replace.at("content").text()];
  const encoder = new TextEncoder();
  return {
    bytesOf: (spelled) => {
      const byte = /^<0x([0-9A-F]{2})>$/.exec(spelled);
      return byte === null ? encoder.encode(spelled.replaceAll(mark, content)) : Uint8Array.of(parseInt(byte[1]!, 16));
    },
    stripped: strip === undefined ? 0 : strippedBy(strip),
  };
}

function strippedBy(strip: Field): number {
  if (strip.at("content").value !== " " || strip.at("stop").value !== 0) throw strip.wrong("spaces at the beginning");
  return strip.at("start").token();
}
