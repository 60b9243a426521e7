/** @file A trained language model made again from a folder: one that gen exported, or a GPT-2 from elsewhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gptOfConfig, loadGpt2, readTokenizer, type Tokenizer, type Written } from "@gen/autoregressive";
import { GenError, key, type Runtime } from "@gen/core";
import { openFolder } from "@gen/core/node";
import { loadWeights } from "@gen/core/tune";
import { modelFolder } from "../exported.js";
import { originOf } from "../origin.js";
import { languageOf, gptRecipe } from "../recipes/gpt.js";
import { naming } from "../run/files.js";
import { isRecord } from "../schema/config.js";
import { select } from "../schema/schema.js";
import { END } from "../text-marks.js";

/** A language model that is ready to write. */
export interface Language extends Written {
  readonly tokenizer: Tokenizer;
  /** Tokens at which its texts end. */
  readonly endTokens: readonly number[];
  /** What a prompt was part of in training, with {} in its place, as it was typed, if it was trained on prompts and answers. */
  readonly template?: string;
}

/**
 * @param shown how the user called the folder
 * @throws GenError `option` for a model of something else, `file` for what is missing, and what reading the files throws
 */
export async function openLanguage(path: string, shown: string, runtime: Runtime): Promise<Language> {
  const isForeign =
    !existsSync(join(path, "card.json")) && existsSync(join(path, "config.json")) && weightsIn(path) !== undefined;
  return isForeign ? openGpt2(path, runtime) : openOurs(modelFolder(path, shown), runtime);
}

/** What `gen train gpt` exported, wherever it lies now. */
async function openOurs(folder: string, runtime: Runtime): Promise<Language> {
  const files = await openFolder(folder);
  const { recipe, options } = originOf(files.card);
  if (recipe !== gptRecipe.name) {
    throw new GenError("option", `gen write: expected a model that gen train gpt made, got ${files.card.name}`, {
      fix: "its files run by ONNX Runtime: card.json says what each takes",
    });
  }
  const tokenizer = tokenizerOf(folder);
  const model = languageOf(select(gptRecipe.options, options), {
    vocabulary: tokenizer.size,
    context: Number(options["context"]),
  });
  const store = await runtime.init(model, { key: key(0) });
  await loadWeights({ store, model, source: files });
  const { template } = options;
  return {
    model,
    runtime,
    store,
    tokenizer,
    endTokens: tokenizer.specials.texts.includes(END) ? [tokenizer.specials.numberOf(END)] : [],
    ...(typeof template === "string" ? { template } : {}),
  };
}

/** config.json, a file of safetensors and tokenizer.json, as others publish GPT-2s. */
async function openGpt2(folder: string, runtime: Runtime): Promise<Language> {
  const file = join(folder, "config.json");
  const text = textOf(file);
  const model = gptOfConfig(text, { file });
  const tokenizer = tokenizerOf(folder);
  const store = await runtime.init(model, { key: key(0) });
  const weights = weightsIn(folder)!;
  const bytes = naming("cannot read", weights, () => new Uint8Array(readFileSync(weights)));
  await loadGpt2(model, { store, bytes, file: weights });
  const config = JSON.parse(text) as unknown;
  const end = isRecord(config) ? config["eos_token_id"] : undefined;
  const isToken = Number.isInteger(end) && Number(end) >= 0 && Number(end) < model.vocabulary;
  return { model, runtime, store, tokenizer, endTokens: isToken ? [Number(end)] : [] };
}

function weightsIn(folder: string): string | undefined {
  const names = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  const name = names.find((one) => one === "model.safetensors") ?? names[0];
  return name === undefined ? undefined : join(folder, name);
}

function tokenizerOf(folder: string): Tokenizer {
  const file = join(folder, "tokenizer.json");
  return readTokenizer(textOf(file), { file });
}

/** @throws GenError `file` if it cannot be read, `format` for what is not UTF-8 */
function textOf(file: string): string {
  const bytes = naming("cannot read", file, () => readFileSync(file));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GenError("format", `${file}: expected UTF-8, got other bytes`, { cause });
  }
}
