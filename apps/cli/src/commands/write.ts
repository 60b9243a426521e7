/** @file `gen write`: a trained language model goes on with a text, which streams as it comes. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve as resolvePath } from "node:path";
import { createInterface } from "node:readline/promises";
import {
  jsonOf,
  matching,
  readTokenizer,
  stream,
  type GenerateOptions,
  type Tokenizer,
  type Written,
} from "@gen/autoregressive";
import { GenError, key } from "@gen/core";
import { openFolder } from "@gen/core/node";
import { loadWeights } from "@gen/core/tune";
import type { Context } from "../context.js";
import { modelFolder, originOf } from "../exported.js";
import { gptOf, gptRecipe } from "../recipes/gpt.js";
import { resolve } from "../schema/resolve.js";
import { defineOptions, select, type OptionsOf } from "../schema/schema.js";
import { outputSection, type Command } from "./command.js";
import { only } from "./train.js";

/** Every way of choosing tokens, each once: the command line, its help and its checks come from here. */
export const decodingOptions = defineOptions({
  maxTokens: { kind: "integer", default: 200, min: 1, description: "The most tokens that are written" },
  seed: { kind: "integer", default: 0, min: 0, description: "Which text: the same seed gives the same" },
  greedy: { kind: "boolean", default: false, description: "Always the likeliest token" },
  temperature: { kind: "number", above: 0, description: "Below 1, likelier and less varied text" },
  topK: { kind: "integer", min: 1, description: "Only so many of the likeliest tokens" },
  topP: { kind: "number", above: 0, max: 1, description: "Only the fewest tokens that have this share together" },
  minP: { kind: "number", min: 0, max: 1, description: "Only tokens at least so likely, by the likeliest" },
  typicalP: {
    kind: "number",
    above: 0,
    max: 1,
    description: "Only the tokens nearest the mean surprise, of this share",
  },
  repetitionPenalty: { kind: "number", above: 0, description: "Above 1, what was seen becomes less likely" },
  presencePenalty: { kind: "number", description: "Taken from the logit of what was written already" },
  frequencyPenalty: { kind: "number", description: "Taken from a token's logit as often as it was written" },
  noRepeat: { kind: "integer", min: 1, description: "No so many tokens in a row come twice" },
  stop: { kind: "string", description: "Text to end at; \\n is a line break" },
  matching: { kind: "string", description: "Regular expression that the whole text matches" },
  schema: { kind: "path", description: "File of a JSON schema that the whole text is JSON of" },
});

const options = defineOptions({
  prompt: { kind: "string", description: "Text to go on with; asked for, again and again, unless given" },
});

export const writeCommand: Command = {
  name: "write",
  summary: "Go on with a text by a trained language model, as it comes.",
  positionals: [{ name: "model", description: "the folder of a run of gpt, or of its exported model", required: true }],
  examples: ['gen write runs/notes --prompt "Today "', "gen write runs/notes --temperature 0.8 --top-p 0.95"],
  sections: () => [
    { title: "Options", schema: options },
    { title: "Decoding", schema: decodingOptions },
    outputSection,
  ],
  async run({ positionals, given }, context) {
    const shown = positionals[0]!;
    const { prompt } = resolve(options, only(options, given), "gen write");
    const decoding = resolve(decodingOptions, only(decodingOptions, given), "gen write");
    const { model, tokenizer } = await opened(resolvePath(context.cwd, shown), shown, context);
    try {
      const how = { tokenizer, isJson: given.has("json"), ...howOf(decoding, tokenizer, context) };
      if (prompt !== undefined) await write(model, { ...how, prompt }, context);
      else await converse(model, how, context);
      return 0;
    } finally {
      await model.runtime.close();
    }
  },
};

/** The model of a folder made again from its card, with the numbers of its files. */
async function opened(
  path: string,
  shown: string,
  context: Context,
): Promise<{ model: Written; tokenizer: Tokenizer }> {
  const folder = modelFolder(path, shown);
  const files = await openFolder(folder);
  const origin = originOf(files.card);
  const file = join(folder, "tokenizer.json");
  if (origin.recipe !== gptRecipe.name || !existsSync(file)) {
    throw new GenError("option", `gen write: expected a model that gen train gpt made, got ${files.card.name}`);
  }
  const tokenizer = readTokenizer(readFileSync(file, "utf8"), { file });
  const made = gptOf(select(gptRecipe.options, origin.options), {
    vocabulary: tokenizer.size,
    context: Number(origin.options["context"]),
  });
  const runtime = await context.openRuntime({ device: "cpu" });
  const store = await runtime.init(made, { key: key(0) });
  await loadWeights({ store, model: made, source: files });
  return { model: { model: made, runtime, store }, tokenizer };
}

function howOf(
  { stop, matching: expression, schema, seed, ...rest }: OptionsOf<typeof decodingOptions>,
  tokenizer: Tokenizer,
  { cwd, signal }: Context,
): Omit<GenerateOptions, "prompt"> {
  if (expression !== undefined && schema !== undefined) {
    throw new GenError("option", "gen write: expected --matching or --schema, got both");
  }
  const constraint =
    expression !== undefined
      ? matching(expression, tokenizer)
      : schema !== undefined
        ? jsonOf(JSON.parse(readFileSync(resolvePath(cwd, schema), "utf8")), tokenizer)
        : undefined;
  return {
    ...rest,
    key: key(seed),
    signal,
    overflow: "slide",
    ...(stop === undefined ? {} : { stop: [stop.replaceAll("\\n", "\n")] }),
    ...(constraint === undefined ? {} : { constraint }),
  };
}

/** How to write, and whether it is told to a machine. */
type Told = GenerateOptions & { readonly isJson: boolean };

/** Writes on, to standard output as it comes; with --json, whole and with its log p. */
async function write(model: Written, { isJson, ...how }: Told, { output, terminal }: Context): Promise<string> {
  let [text, logProb, finish] = ["", 0, ""];
  for await (const piece of stream(model, how)) {
    text += piece.text;
    logProb += piece.logProb;
    finish = piece.finish ?? finish;
    if (!isJson) terminal.out(piece.text);
  }
  output.result({ text, logProb, finish }, "");
  return text;
}

/** Asks for texts and goes on with each; what was said stays in view as far as the context reaches. */
async function converse(model: Written, how: Omit<Told, "prompt">, context: Context): Promise<void> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  let past = "";
  for await (const line of lines) {
    past += `${line}\n`;
    past += await write(model, { ...how, prompt: past }, context);
  }
}
