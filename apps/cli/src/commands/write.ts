/** @file `gen write`: a trained language model goes on with a text, or answers, as it comes. */
import { resolve as resolvePath } from "node:path";
import { promptTokens } from "@gen/autoregressive";
import { GenError } from "@gen/core";
import type { Context } from "../context.js";
import { resolve } from "../schema/resolve.js";
import { inTemplate } from "../text-marks.js";
import { openLanguage, type Language } from "../language.js";
import { decodingOptions, wayOf, writeOptions, type WriteOptions } from "../write/options.js";
import { writeAndTell, type Telling } from "../write/tell.js";
import { outputSection, type Command } from "./command.js";
import { only } from "./train.js";

export const writeCommand: Command = {
  name: "write",
  summary: "Go on with a text by a trained language model, or talk with it, as it comes.",
  positionals: [
    {
      name: "model",
      description:
        "the folder of a run of gpt, of its exported model, or of a GPT-2, Llama, Mistral or Qwen3 (config.json, .safetensors, tokenizer.json)",
      required: true,
    },
  ],
  examples: [
    'gen write runs/notes --prompt "Today "',
    "gen write runs/notes --temperature 0.8 --top-p 0.95",
    'gen write runs/notes --prompt "Today " --beams 8 --count 3 --json',
    'gen write ./gpt2 --prompt "Today " --draft ./distilgpt2',
  ],
  sections: () => [
    { title: "Options", schema: writeOptions },
    { title: "Decoding", schema: decodingOptions },
    outputSection,
  ],
  async run({ positionals, given }, context) {
    const { cwd, signal } = context;
    const shown = positionals[0]!;
    const write = resolve(writeOptions, only(writeOptions, given), "gen write");
    const decoding = resolve(decodingOptions, only(decodingOptions, given), "gen write");
    const runtime = await context.openRuntime({ device: "cpu" });
    try {
      const open = (path: string): Promise<Language> =>
        openLanguage(resolvePath(cwd, path), path, { runtime, precision: write.precision });
      const language = await open(shown);
      const draft = decoding.draft === undefined ? undefined : await open(decoding.draft);
      if (draft !== undefined) checkSame(language, draft);
      const way = wayOf(language, { write, decoding, given, cwd, signal, draft });
      const telling = { way, count: write.count, isJson: given.has("json") };
      if (write.prompt === undefined) await converse(language, { ...telling, write }, context);
      else await writeAndTell(language, { ...telling, prompt: promptOf(language, write.prompt, write) }, context);
      return 0;
    } finally {
      await runtime.close();
    }
  },
};

function checkSame({ tokenizer }: Language, draft: Language): void {
  if (JSON.stringify(draft.tokenizer.toJson()) === JSON.stringify(tokenizer.toJson())) return;
  throw new GenError("option", "gen write: expected a draft model of the same tokens, got one of others", {
    fix: "train it on the same text with the same --tokens",
  });
}

/** What is asked, in its template. @throws GenError `range` for more than the context, unless it is to be truncated */
function promptOf(
  { tokenizer, model, template: own = "{}" }: Language,
  asked: string,
  { template, truncate }: WriteOptions,
): string {
  const prompt = inTemplate(template ?? own, asked);
  const { length } = promptTokens(tokenizer, prompt);
  if (length > model.context && !truncate) {
    throw new GenError(
      "range",
      `gen write: expected at most ${model.context} tokens, the model's context, as prompt, got ${length}`,
      {
        fix: "give a shorter one, or let only its end be seen: --truncate",
      },
    );
  }
  return prompt;
}

/**
 * Takes line after line. A model of prompts and answers answers each by itself; any other goes on with all that was said,
 * which it sees as far as its context reaches.
 */
async function converse(
  language: Language,
  { write, ...telling }: Omit<Telling, "prompt"> & { readonly write: WriteOptions },
  context: Context,
): Promise<void> {
  const isAnswering = language.template !== undefined || write.template !== undefined;
  let past = "";
  for await (const line of context.lines()) {
    if (isAnswering) {
      await writeAndTell(language, { ...telling, prompt: promptOf(language, line, write) }, context);
      continue;
    }
    past += `${line}\n`;
    past += await writeAndTell(language, { ...telling, prompt: past }, context);
  }
}
