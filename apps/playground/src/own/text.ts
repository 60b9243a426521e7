/** @file Text of one's own: its characters one after the other, learned by a small transformer. */
import { gptOptions } from "@gen/cli/options";
import { GenError, trainStep } from "@gen/core";
import { CharacterTokenizer, llama, packed, textFields, textFiles, textLoss } from "@gen/autoregressive";
import { formOf } from "../form/form.js";
import { optimizerOf, rowsOf, toldTo, type Family } from "../train/course.js";
import type { Open } from "./own.js";

/** Characters that are predicted in a row, that are written, and that a text needs and may have. */
const [LENGTH, WRITTEN, LEAST, MOST] = [64, 160, 400, 2_000_000];
const TEXTS = 2;
const CONTEXT = WRITTEN + 1;
/** Different characters: a text with more is of another kind than one that is learned character by character here. */
const CHARACTERS = 1000;

export const openText: Open = async (files) => {
  const texts = await Promise.all(files.map((file) => file.text()));
  const all = texts.join("\n");
  const text = all.slice(0, MOST);
  if (text.length < LEAST) {
    throw new GenError("data", `expected at least ${LEAST} characters, got ${text.length}`, {
      fix: "a model needs text to learn from: some pages are better",
    });
  }
  const tokenizer = CharacterTokenizer.of(text);
  if (tokenizer.size > CHARACTERS) {
    throw new GenError("data", `expected at most ${CHARACTERS} different characters, got ${tokenizer.size}`, {
      fix: "take a text of one script; `gen train` learns pieces of words",
    });
  }
  const tokens = tokenizer.encode(text);
  return {
    kind: "text",
    about: `${text.length.toLocaleString("en")} characters, ${tokenizer.size} different ones${all.length > MOST ? `; what stands after them is left out` : ""}`,
    points: packed([tokens], { length: LENGTH, stride: 1 }),
    family: familyOf(tokenizer.size, tokens[0]!),
    shown: { as: "text", length: WRITTEN, text: (numbers) => tokenizer.decode(numbers) },
    first: tokens.slice(0, TEXTS * WRITTEN),
  };
};

const form = formOf(gptOptions, { layers: 2, heads: 4, features: 64 });

function familyOf(vocabulary: number, start: number): Family {
  return {
    id: "autoregressive",
    name: "Transformer of your text",
    equation: "log p(x) = Σ_{i} log p( x_{i} | x_{<i} )",
    paper: "Radford et al. 2018",
    lossLabel: "−log p, nats a character",
    form,
    course(points, settings, key) {
      const { layers, heads, features } = toldTo("autoregressive", form, settings);
      const model = llama({ vocabulary, context: CONTEXT, layers, heads, features });
      const files = textFiles(model, { start, tokens: "places among the characters" });
      const sizes = { n: TEXTS, steps: WRITTEN };
      return {
        model,
        step: trainStep({
          model,
          batch: textFields({ n: settings.batch, length: LENGTH }),
          loss: ({ x }, scope) => textLoss(model, { x }, scope),
          optimizer: optimizerOf(settings),
        }),
        data: rowsOf(points, settings, key),
        samples: {
          program: files["sampler"]!.trace(sizes),
          output: "samples",
          feeds: files["sampler"]!.example(sizes),
        },
        files: () => files,
      };
    },
  };
}
