/** @file Text as data: a file, a folder of .txt and .md files, or a text with a name, as rows of tokens. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { byteTokenizer, CharacterTokenizer, packed, PairTokenizer, type Tokenizer } from "@gen/autoregressive";
import { GenError } from "@gen/core";
import { openText, texts } from "@gen/data/node";
import { defineDataSource, type DataSource } from "../data-source.js";
import { readLanguage } from "../language.js";
import { showCount } from "../output/format.js";
import type { Splits } from "../recipe.js";
import { naming } from "../run/files.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";
import { END } from "../text-marks.js";

const ENDING = /\.(txt|md|text)(\.gz)?$/i;

export const textOptions = defineOptions({
  tokens: {
    kind: "choice",
    choices: ["characters", "bytes", "pairs"],
    default: "characters",
    appliesWhen: { from: null },
    description: "What a token is: a character, a byte, or pairs of bytes merged as often as the text has them",
  },
  vocabulary: {
    kind: "integer",
    default: 2000,
    min: 258,
    appliesWhen: { tokens: "pairs" },
    description: "Tokens that are learned from the text, the 256 bytes and <end> among them",
  },
  from: {
    kind: "path",
    description:
      "Folder of a trained model, with whose tokens and numbers to begin: a run of gpt, or a GPT-2, Llama, Mistral or Qwen3 as others publish it (config.json, .safetensors, tokenizer.json)",
  },
  context: { kind: "integer", default: 64, min: 2, unit: "tokens", description: "How far back a token sees" },
});

export type TextSourceOptions = OptionsOf<typeof textOptions>;

/** Is this a file of text, or a folder that has some? */
export function isText(path: string): boolean {
  if (ENDING.test(path)) return true;
  if (!existsSync(path) || !statSync(path).isDirectory()) return false;
  return readdirSync(path, { recursive: true, encoding: "utf8" }).some((name) => ENDING.test(name));
}

export const textSource = defineDataSource({
  name: "text",
  summary: "Text files: give the path of one, or of a folder of .txt and .md files, as in --data ./notes",
  options: textOptions,
  open: async (chosen, { data }) => splitsOf(readAll(data), chosen, { name: basename(data) }),
});

/** One source for each text that has a name. */
export const namedTexts: readonly DataSource[] = Object.entries(texts).map(([name, { description, licence }]) =>
  defineDataSource({
    name,
    summary: description,
    options: textOptions,
    async open(chosen, { signal }) {
      const all = await openText(name, { length: 1, valid: 0, test: 0, signal });
      const { x } = await all.rows(Array.from({ length: all.length }, (_, i) => i));
      return { ...splitsOf([all.decode(x!.data as Int32Array)], chosen, { name }), licence };
    },
  }),
);

function readAll(path: string): string[] {
  const names = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((name) => ENDING.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  return names.map((name) => readText(name));
}

/** @throws GenError `file` if it cannot be read, `format` for what is not UTF-8 */
export function readText(path: string): string {
  const bytes = naming("cannot read", path, () => readFileSync(path));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(path.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  } catch (cause) {
    throw new GenError("format", `${path}: expected UTF-8, got other bytes`, { fix: "save it as UTF-8", cause });
  }
}

/** The first nine tenths to learn from, then a twentieth each. */
function splitsOf(all: readonly string[], chosen: TextSourceOptions, { name }: { readonly name: string }): Splits {
  const { context } = chosen;
  const origin = tokensOf(all, chosen);
  const { tokenizer, end } = origin;
  const { before, after } = tokenizer.around;
  const ends = after.length > 0 || end === undefined ? after : [tokenizer.specials.numberOf(end)];
  const tokens = all.flatMap((text) => [...before, ...tokenizer.encode(text), ...ends]);
  const [a, b] = [Math.floor(0.9 * tokens.length), Math.floor(0.95 * tokens.length)];
  if (tokens.length - b < context + 1) {
    throw new GenError(
      "data",
      `${name}: expected at least ${20 * (context + 1)} tokens of text, got ${tokens.length}`,
      {
        fix: "give more text, or a smaller --context",
      },
    );
  }
  return {
    train: packed([tokens.slice(0, a)], { length: context, stride: 1 }),
    validation: packed([tokens.slice(a, b)], { length: context }),
    test: packed([tokens.slice(b)], { length: context }),
    about: `${name}, ${showCount(tokens.length)} tokens, ${showCount(tokenizer.size)} different ones`,
    ...origin,
  };
}

/** The tokens of some texts, learned from them or those of a trained model, which is then what training goes on with. */
export function tokensOf(
  all: readonly string[],
  { tokens, vocabulary: size, from }: TextSourceOptions,
): Pick<Splits, "language" | "end"> & { readonly tokenizer: Tokenizer } {
  if (from !== undefined) {
    const language = readLanguage(from, from);
    const { tokenizer, end } = language;
    return { tokenizer, language, ...(end === undefined ? {} : { end }) };
  }
  const special = [END];
  switch (tokens) {
    case "characters":
      return { tokenizer: CharacterTokenizer.of(all.join("\n"), { special }), end: END };
    case "bytes":
      return { tokenizer: byteTokenizer({ special }), end: END };
    case "pairs":
      return { tokenizer: PairTokenizer.train(all, { size, special }), end: END };
  }
}
