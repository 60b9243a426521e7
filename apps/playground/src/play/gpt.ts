/** @file Text from the GPT, a character at a time: what may come next, and how one of it is chosen. */
import { key, split, uniformDraws } from "@gen/core";
import { adjusted, distributionOf, draw, samplingOf, type SamplingOptions } from "@gen/autoregressive";
import type { OpenModel } from "../models/engine.js";
import { i32 } from "./arrays.js";

/** The characters of the text it learned from, in the order of the classes. */
export const CHARACTERS = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** Characters that it looks back on. */
const CONTEXT = 64;

/** The characters of a text that the model knows. */
export const readable = (text: string): string =>
  Array.from(text)
    .filter((c) => CHARACTERS.includes(c))
    .join("");

const tokensOf = (text: string): number[] => Array.from(text, (c) => CHARACTERS.indexOf(c));

/** The distribution of the next character, after every option; the text is not empty. */
export async function nextOf(
  model: OpenModel,
  text: string,
  { options, prompt }: { readonly options: SamplingOptions; readonly prompt: number },
): Promise<Float64Array> {
  const tokens = tokensOf(text);
  const seen = tokens.slice(-CONTEXT);
  const { logits } = await model.run("network.onnx", { tokens: i32(seen, [1, seen.length]) });
  const last = (logits!.data as Float32Array).subarray(-CHARACTERS.length);
  const sampling = samplingOf(options);
  return distributionOf(adjusted(last, sampling, { past: { tokens, prompt } }), sampling);
}

export interface WriteOptions {
  readonly options: SamplingOptions;
  /** How many characters of the text were given. */
  readonly prompt: number;
  readonly seed: number;
  readonly most: number;
  readonly signal: AbortSignal;
}

/** What was written so far, after each character. Character i is drawn from child i of the seed's key. */
export async function* written(
  model: OpenModel,
  start: string,
  { seed, most, signal, ...given }: WriteOptions,
): AsyncGenerator<string> {
  let text = start;
  const root = key(seed);
  for (let i = start.length - given.prompt; i < most && !signal.aborted; i++) {
    const p = await nextOf(model, text, given);
    const [u] = uniformDraws(split(root, i), 1);
    text += CHARACTERS[draw(p, u!)]!;
    yield text;
  }
}
