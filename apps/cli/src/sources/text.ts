/** @file Text as data: a file, a folder of .txt and .md files, or a text with a name, as rows of tokens. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { byteTokenizer, CharacterTokenizer, packed, PairTokenizer, type Tokenizer } from "@gen/autoregressive";
import { GenError } from "@gen/core";
import { openText, texts } from "@gen/data/node";
import { defineDataSource, type DataSource } from "../data-source.js";
import { showCount } from "../output/format.js";
import type { Splits } from "../recipe.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";

const ENDING = /\.(txt|md|text)(\.gz)?$/i;

const options = defineOptions({
  tokens: {
    kind: "choice",
    choices: ["characters", "bytes", "pairs"],
    default: "characters",
    description: "What a token is: a character, a byte, or pairs of bytes merged as often as the text has them",
  },
  vocabulary: {
    kind: "integer",
    default: 2000,
    min: 257,
    appliesWhen: { tokens: "pairs" },
    description: "Tokens that are learned from the text, the 256 bytes among them",
  },
  context: { kind: "integer", default: 64, min: 2, unit: "tokens", description: "How far back a token sees" },
});

/** Is this a file of text, or a folder that has some? */
export function isText(path: string): boolean {
  if (ENDING.test(path)) return true;
  if (!existsSync(path) || !statSync(path).isDirectory()) return false;
  return readdirSync(path, { recursive: true, encoding: "utf8" }).some((name) => ENDING.test(name));
}

export const textSource = defineDataSource({
  name: "text",
  summary: "Text files: give the path of one, or of a folder of .txt and .md files, as in --data ./notes",
  options,
  open: async (chosen, { data }) => splitsOf(readAll(data), chosen, { name: basename(data) }),
});

/** One source for each text that has a name. */
export const namedTexts: readonly DataSource[] = Object.entries(texts).map(([name, { description, licence }]) =>
  defineDataSource({
    name,
    summary: description,
    options,
    async open(chosen, { signal }) {
      const all = await openText(name, { length: 1, valid: 0, test: 0, signal });
      const { x } = await all.rows(Array.from({ length: all.length }, (_, i) => i));
      return { ...splitsOf(all.decode(x!.data as Int32Array), chosen, { name }), licence };
    },
  }),
);

function readAll(path: string): string {
  const names = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((name) => ENDING.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return names
    .map((name) => {
      const bytes = readFileSync(name);
      try {
        return decoder.decode(name.endsWith(".gz") ? gunzipSync(bytes) : bytes);
      } catch (cause) {
        throw new GenError("format", `${name}: expected UTF-8, got other bytes`, { fix: "save it as UTF-8", cause });
      }
    })
    .join("\n");
}

/** The first nine tenths to learn from, then a twentieth each. */
function splitsOf(
  text: string,
  { tokens, vocabulary, context }: OptionsOf<typeof options>,
  { name }: { readonly name: string },
): Splits {
  const tokenizer = tokenizerOf(text, tokens, vocabulary);
  const all = tokenizer.encode(text);
  const [a, b] = [Math.floor(0.9 * all.length), Math.floor(0.95 * all.length)];
  if (all.length - b < context + 1) {
    throw new GenError("data", `${name}: expected at least ${20 * (context + 1)} tokens of text, got ${all.length}`, {
      fix: "give more text, or a smaller --context",
    });
  }
  return {
    train: packed([all.slice(0, a)], { length: context, stride: 1 }),
    validation: packed([all.slice(a, b)], { length: context }),
    test: packed([all.slice(b)], { length: context }),
    about: `${name}, ${showCount(all.length)} tokens, ${showCount(tokenizer.size)} different ones`,
    tokenizer,
  };
}

function tokenizerOf(text: string, tokens: OptionsOf<typeof options>["tokens"], size: number): Tokenizer {
  if (tokens === "characters") return CharacterTokenizer.of(text);
  return tokens === "bytes" ? byteTokenizer() : PairTokenizer.train(text, { size });
}
