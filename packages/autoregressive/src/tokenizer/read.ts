/**
 * @file `tokenizer.json` read, of whatever origin: merges of pairs, of bytes as GPT-2's, Llama 3's and Qwen's, or of
 * characters as SentencePiece's; and characters alone. What would encode otherwise than the file means is an error that
 * names the field.
 */
import { CharacterTokenizer } from "./characters.js";
import { Field } from "../json-field.js";
import { PairTokenizer } from "./pairs.js";
import { SpecialTokens } from "./special.js";
import { STAGES, TextStages } from "./stages.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * A tokenizer from the text of a `tokenizer.json`. Its fields `truncation` and `padding`, of which other libraries take no
 * heed either until they are asked to, are left aside.
 *
 * @throws GenError `format` naming the field that is missing, malformed or of a kind that is not known
 */
export function readTokenizer(text: string, { file = "tokenizer.json" }: { readonly file?: string } = {}): Tokenizer {
  const root = Field.parse(text, file);
  const model = root.at("model");
  if (model.at("type").value !== "BPE") throw model.at("type").wrong('"BPE"');
  for (const name of ["dropout", "continuing_subword_prefix", "end_of_word_suffix"]) {
    const field = model.at(name);
    if (!field.isMissing && field.value !== "" && field.value !== 0) throw field.wrong("nothing");
  }
  const specials = specialsIn(root.at("added_tokens"));
  const vocabulary = vocabularyIn(model.at("vocab"), specials);
  const merges = mergesIn(model.at("merges"));
  const fallsBack = model.at("byte_fallback").flag(false);
  if (!fallsBack && merges.length === 0 && root.at("pre_tokenizer").isMissing)
    return charactersOf(root, { vocabulary, specials });
  const stages = new TextStages(root, { fallsBack });
  checkMatched(root.at("added_tokens"), stages);
  const keepsWords = model.at("ignore_merges").flag(false);
  return new PairTokenizer({ vocabulary, merges, specials, stages, keepsWords, file });
}

function specialsIn(field: Field): SpecialTokens {
  const list = field.isMissing ? [] : field.list();
  for (const entry of list) {
    for (const name of ["single_word", "lstrip", "rstrip"]) {
      if (entry.at(name).flag(false)) throw entry.at(name).wrong("false");
    }
  }
  const entries = list.map((entry) => [entry.at("content").text(), entry.at("id").token()] as const);
  const texts = entries.filter((_, i) => !list[i]!.at("special").flag(false)).map(([, id]) => id);
  return new SpecialTokens(new Map(entries), { texts });
}

/** Tokens that are looked for in text as it was normalised must be in it as they are. */
function checkMatched(field: Field, stages: TextStages): void {
  for (const entry of field.isMissing ? [] : field.list()) {
    const content = entry.at("content").text();
    if (entry.at("normalized").flag(false) && stages.normalise(content) !== content)
      throw entry.at("normalized").wrong("false beside such a normalizer");
  }
}

function vocabularyIn(field: Field, specials: SpecialTokens): Map<string, number> {
  const found = new Map<string, number>();
  const taken = new Set<number>();
  for (const spelled of Object.keys(field.object())) {
    const entry = field.at(spelled);
    const number = entry.token();
    if (taken.has(number)) throw entry.wrong("a number of its own, from 0 on");
    taken.add(number);
    if (!specials.has(number)) found.set(spelled, number);
  }
  return found;
}

function mergesIn(field: Field): (readonly [string, string])[] {
  return field.list().map((entry) => {
    const pair: unknown = typeof entry.value === "string" ? entry.value.split(" ") : entry.value;
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((part) => typeof part === "string" && part !== ""))
      throw entry.wrong("two tokens");
    return pair as [string, string];
  });
}

function charactersOf(
  root: Field,
  { vocabulary, specials }: { readonly vocabulary: ReadonlyMap<string, number>; readonly specials: SpecialTokens },
): CharacterTokenizer {
  const unknown = root.at("model").at("unk_token");
  if (!unknown.isMissing) throw unknown.wrong("nothing");
  for (const name of STAGES) {
    const field = root.at(name);
    if (!field.isMissing && (name !== "decoder" || field.type !== "Fuse"))
      throw field.wrong(name === "decoder" ? '"Fuse"' : "nothing beside characters");
  }
  const vocab = root.at("model").at("vocab");
  const characters = [...vocabulary].sort(([, a], [, b]) => a - b);
  if (characters.some(([, number], i) => number !== i)) throw vocab.wrong("characters numbered from 0");
  const tokenizer = new CharacterTokenizer(
    characters.map(([character]) => character),
    { special: specials.texts },
  );
  if ([...specials.entries()].some(([text, number]) => tokenizer.specials.numberOf(text) !== number))
    throw root.at("added_tokens").wrong("numbers after those of the characters");
  return tokenizer;
}
