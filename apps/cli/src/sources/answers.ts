/** @file Prompts and their answers as data: lines of JSON, of which the answers are learned. */
import { basename } from "node:path";
import { instructions, type Instruction } from "@gen/autoregressive";
import { GenError, messageOf, type Dataset } from "@gen/core";
import { defineDataSource } from "../data-source.js";
import { showCount } from "../output/format.js";
import { isRecord } from "../schema/config.js";
import { defineOptions } from "../schema/schema.js";
import { inTemplate } from "../text-marks.js";
import { readText, textOptions, tokensOf } from "./text.js";

/** Is this a file of prompts and answers? */
export function isAnswers(path: string): boolean {
  return /\.jsonl$/i.test(path);
}

export const answersSource = defineDataSource({
  name: "answers",
  summary: "A .jsonl file with a prompt and an answer a line: the answers are learned, as in --data ./questions.jsonl",
  options: defineOptions({
    ...textOptions.fields,
    template: {
      kind: "string",
      default: "{}\\n",
      description: "What a prompt is put into, in the place of {}; \\n is a line break",
    },
  }),
  open: async (chosen, { data }) => {
    const name = basename(data);
    const all = linesOf(readText(data), name).map(({ prompt, answer }) => ({
      prompt: inTemplate(chosen.template, prompt),
      answer,
    }));
    const origin = tokensOf(
      all.map(({ prompt, answer }) => prompt + answer),
      chosen,
    );
    const { tokenizer, end } = origin;
    if (end === undefined) {
      throw new GenError("option", "--from: expected a model with a special token that ends texts, got one without", {
        fix: "name it in the model's config.json (eos_token_id) and tokenizer.json (added_tokens)",
      });
    }
    const [a, b] = [Math.floor(0.9 * all.length), Math.floor(0.95 * all.length)];
    if (a === b || b === all.length) {
      throw new GenError("data", `${name}: expected at least 20 prompts and answers, got ${all.length}`);
    }
    const rows = (from: number, to: number): Dataset =>
      instructions(all.slice(from, to), { tokenizer, length: chosen.context, end });
    return {
      train: rows(0, a),
      validation: rows(a, b),
      test: rows(b, all.length),
      about: `${name}, ${showCount(all.length)} prompts and answers, ${showCount(tokenizer.size)} different tokens`,
      ...origin,
      template: chosen.template,
    };
  },
});

/** @throws GenError `format` naming the line that is no JSON of a prompt and an answer */
function linesOf(text: string, name: string): Instruction[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === "") return [];
    const place = `${name}, line ${i + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new GenError("format", `${place}: expected JSON, got ${messageOf(cause)}`, { cause });
    }
    const { prompt, answer } = isRecord(value) ? value : {};
    if (typeof prompt !== "string" || typeof answer !== "string" || prompt === "" || answer === "") {
      throw new GenError("format", `${place}: expected "prompt" and "answer", both texts, got ${line.slice(0, 60)}`);
    }
    return [{ prompt, answer }];
  });
}
