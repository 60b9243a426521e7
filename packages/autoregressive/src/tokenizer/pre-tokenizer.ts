/** @file The field `pre_tokenizer` of a `tokenizer.json`: how text is cut into words, which no merge crosses. */
import type { Field } from "../json-field.js";
import { literal, patternIn } from "./pattern.js";
import { BEHAVIORS, wordsOf, WORDS } from "./words.js";

/** @param isFirst whether the piece begins the text */
export type Cut = (piece: string, isFirst: boolean) => readonly string[];

export interface Cutting {
  readonly cuts: readonly Cut[];
  /** Whether words are then spelled by a character for each of their bytes. */
  readonly isOfBytes: boolean;
}

const KINDS = ["ByteLevel", "Digits", "Metaspace", "Sequence", "Split"] as const;

/** @throws GenError `format` naming a kind that is not known */
export function cuttingOf(field: Field): Cutting {
  if (field.isMissing) return { cuts: [], isOfBytes: false };
  switch (field.at("type").oneOf(KINDS)) {
    case "Sequence": {
      const stages = field.at("pretokenizers").list();
      const all = stages.map(cuttingOf);
      const early = stages.find((_, i) => all[i]!.isOfBytes && i < all.length - 1);
      if (early !== undefined) throw early.wrong("ByteLevel as the last stage");
      return { cuts: all.flatMap(({ cuts }) => cuts), isOfBytes: all.at(-1)?.isOfBytes ?? false };
    }
    case "ByteLevel":
      return { cuts: byteLevel(field), isOfBytes: true };
    case "Digits": {
      const behavior = field.at("individual_digits").flag(false) ? "Isolated" : "Contiguous";
      return { cuts: [(piece) => wordsOf(piece, /\p{N}/gu, { behavior })], isOfBytes: false };
    }
    case "Split": {
      const pattern = patternIn(field.at("pattern"));
      const behavior = field.at("behavior").oneOf(BEHAVIORS);
      const invert = field.at("invert").flag(false);
      return { cuts: [(piece) => wordsOf(piece, pattern, { behavior, invert })], isOfBytes: false };
    }
    case "Metaspace":
      return { cuts: [metaspace(field)], isOfBytes: false };
  }
}

function byteLevel(field: Field): Cut[] {
  const spaced: Cut = (piece) => [piece.startsWith(" ") ? piece : ` ${piece}`];
  return [
    ...(field.at("add_prefix_space").flag(true) ? [spaced] : []),
    ...(field.at("use_regex").flag(true) ? [(piece: string) => wordsOf(piece, WORDS)] : []),
  ];
}

/** Spaces as a mark, with which a word begins. */
function metaspace(field: Field): Cut {
  const mark = field.at("replacement").text();
  const otherwise = field.at("add_prefix_space").flag(true) ? "always" : "never"; // as older files have it
  const scheme = field.at("prepend_scheme").oneOf(["always", "first", "never"], otherwise);
  const isCut = field.at("split").flag(true);
  const pattern = literal(mark);
  return (piece, isFirst) => {
    const marked = piece.replaceAll(" ", mark);
    const isBegun = scheme === "never" || (scheme === "first" && !isFirst) || marked.startsWith(mark);
    const whole = isBegun ? marked : mark + marked;
    return isCut ? wordsOf(whole, pattern, { behavior: "MergedWithNext" }) : [whole];
  };
}
