/** @file A trained language model read from a folder: one that gen exported, or one that others published. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  Gpt,
  gptOfConfig,
  inBytes,
  loadGpt,
  readTokenizer,
  RecurrentText,
  type GptOptions,
  type LanguageModel,
  type RecurrentTextOptions,
  type Tokenizer,
  type Written,
} from "@gen/autoregressive";
import { GenError, key, messageOf, parameters, type Model, type Runtime, type Store } from "@gen/core";
import { openFolder } from "@gen/core/node";
import { loadWeights, lora } from "@gen/core/tune";
import { modelFolder } from "./exported.js";
import { naming } from "./run/files.js";
import { isRecord } from "./schema/config.js";

/** What makes a language model again, without its numbers. */
export type Architecture =
  { readonly gpt: Omit<GptOptions, "dropout"> } | { readonly recurrent: Omit<RecurrentTextOptions, "dropout"> };

/** The file beside an exported language model that says what its graphs do not. */
export const LANGUAGE_FILE = "language.json";

export interface LanguageNotes {
  readonly architecture: Architecture;
  /** Rank of the adapters that its numbers are beside. */
  readonly lora?: number;
  /** The special token that ends texts. */
  readonly end?: string;
  /** What a prompt was part of in training, with {} in its place, as it was typed, if it was trained on prompts and answers. */
  readonly template?: string;
}

/** @throws GenError `option` or `range`, naming the option */
export function languageOf(architecture: Architecture, dropout = 0): LanguageModel & Model {
  return "gpt" in architecture
    ? new Gpt({ ...architecture.gpt, dropout })
    : new RecurrentText({ ...architecture.recurrent, dropout });
}

/** What a folder says of a language model, before its numbers are read. */
export interface Published extends Omit<LanguageNotes, "lora"> {
  readonly tokenizer: Tokenizer;
  /** Tokens at which its texts end. */
  readonly endTokens: readonly number[];
  /** What products with its matrices are computed in, if not in f32. */
  readonly precision?: "i8";
  /** Fills a store with the numbers of `languageOf(architecture)`; those of adapters are added to what they are beside. */
  load(to: { readonly runtime: Runtime; readonly store: Store }): Promise<void>;
}

/** A language model that is ready to write. */
export interface Language extends Written, Pick<Published, "tokenizer" | "endTokens" | "template"> {}

/**
 * @param shown how the user called the folder
 * @throws GenError `option` for a model of something else, `file` for what is missing, `format` for what is damaged
 */
export function readLanguage(path: string, shown: string): Published {
  const isForeign = !existsSync(join(path, "card.json")) && isPublished(path);
  if (isForeign && weightsIn(path).length === 0) {
    throw new GenError("file", `${shown}: expected files of .safetensors beside config.json, got none`, {
      fix: "take those that were published with it; of what gen export --layout transformers wrote, give the run",
    });
  }
  const found = isForeign ? readForeign(path) : readOurs(modelFolder(path, shown), shown);
  const { vocabulary } = languageOf(found.architecture);
  if (found.tokenizer.size <= vocabulary) return found;
  throw new GenError(
    "option",
    `${shown}: expected a tokenizer of at most ${vocabulary} tokens, as the model knows, got one of ${found.tokenizer.size}`,
    { fix: "put the tokenizer.json there that the model was trained with" },
  );
}

export interface OpenLanguageOptions {
  readonly runtime: Runtime;
  /** What products with its matrices are computed in. @default as in the files of the folder */
  readonly precision?: "f32" | "i8" | undefined;
}

/** @throws GenError what {@link readLanguage} throws, and `option` for 8 bits of a model that has no large matrices */
export async function openLanguage(
  path: string,
  shown: string,
  { runtime, precision }: OpenLanguageOptions,
): Promise<Language> {
  const published = readLanguage(path, shown);
  const model = languageOf(published.architecture);
  const store = await runtime.init(model, { key: key(0) });
  await published.load({ runtime, store });
  const written: Written = { model, runtime, store };
  const isNarrow = (precision ?? published.precision) === "i8";
  return { ...published, ...(isNarrow ? await inBytes(written) : written) };
}

/** What `gen train gpt` exported, wherever it lies now. */
function readOurs(folder: string, shown: string): Published {
  const file = join(folder, LANGUAGE_FILE);
  if (!existsSync(file)) {
    throw new GenError(
      "option",
      `${shown}: expected a model that gen train gpt made, got one without ${LANGUAGE_FILE}`,
      {
        fix: "its files run by ONNX Runtime: card.json says what each takes",
      },
    );
  }
  const { lora: rank, ...notes } = recordIn(file) as unknown as LanguageNotes;
  const tokenizer = tokenizerIn(folder);
  return {
    ...notes,
    tokenizer,
    endTokens: notes.end === undefined ? [] : [tokenizer.specials.numberOf(notes.end)],
    ...(isInBytes(recordIn(join(folder, "card.json"))) ? { precision: "i8" } : {}),
    async load({ runtime, store }) {
      const model = languageOf(notes.architecture);
      const source = await openFolder(folder);
      if (rank === undefined) {
        await loadWeights({ store, model, source });
        return;
      }
      const tuned = lora(model, { rank });
      const whole = await runtime.init(tuned.model, { key: key(0) });
      await loadWeights({ store: whole, model: tuned.model, source });
      await tuned.merge({ runtime, store: whole });
      for (const name of parameters(model).keys()) await store.write(name, await whole.read(name));
    },
  };
}

/** Whether a card says that its files have large matrices in 8 bits. */
function isInBytes({ files }: Readonly<Record<string, unknown>>): boolean {
  return isRecord(files) && Object.values(files).some((file) => isRecord(file) && file["precision"] === "i8");
}

/** Whether its config.json is that of a model of others: a run of ours has one, too. */
function isPublished(path: string): boolean {
  const file = join(path, "config.json");
  return existsSync(file) && recordIn(file)["model_type"] !== undefined;
}

/** config.json, files of safetensors and tokenizer.json, as others publish their models. */
function readForeign(folder: string): Published {
  const file = join(folder, "config.json");
  const gpt = gptOfConfig(textIn(file), { file });
  const tokenizer = tokenizerIn(folder);
  const ends: readonly unknown[] = [recordIn(file)["eos_token_id"] ?? []].flat();
  const endTokens = ends.filter(Number.isInteger).map(Number);
  const special = [...tokenizer.specials.entries()].find(([, number]) => number === endTokens[0]);
  return {
    architecture: { gpt: gpt.options },
    tokenizer,
    endTokens,
    ...(special === undefined ? {} : { end: special[0] }),
    async load({ store }) {
      const files = weightsIn(folder).map((path) => [
        path,
        naming("cannot read", path, () => new Uint8Array(readFileSync(path))),
      ]);
      await loadGpt(gpt, { store, files: Object.fromEntries(files) as Record<string, Uint8Array> });
    },
  };
}

/** One file, or the parts into which a large model is cut. */
function weightsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  const whole = names.filter((name) => name === "model.safetensors");
  const parts = names.filter((name) => /-\d+-of-\d+\.safetensors$/.test(name));
  return (whole.length > 0 ? whole : parts.length > 0 ? parts : names.slice(0, 1)).map((name) => join(folder, name));
}

function tokenizerIn(folder: string): Tokenizer {
  const file = join(folder, "tokenizer.json");
  return readTokenizer(textIn(file), { file });
}

function recordIn(file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(textIn(file));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new GenError("format", `${file}: expected JSON, got ${messageOf(cause)}`, { cause });
  }
  if (isRecord(value)) return value;
  throw new GenError("format", `${file}: expected an object, got another value`);
}

/** @throws GenError `file` if it cannot be read, `format` for what is not UTF-8 */
function textIn(file: string): string {
  const bytes = naming("cannot read", file, () => readFileSync(file));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GenError("format", `${file}: expected UTF-8, got other bytes`, { fix: "save it as UTF-8", cause });
  }
}
