/** @file Texts as rows to learn from: packed end to end, or a prompt and its answer to a row. */
import { arrays, GenError, ndarray, type Dataset } from "@gen/core";
import { promptTokens, type Tokenizer } from "../tokenizer/tokenizer.js";

export interface PackedOptions {
  /** T: tokens that are predicted in a row; rows have one more. */
  readonly length: number;
  /** A token that ends each text. @default none */
  readonly end?: number;
  /** Tokens from the beginning of a row to that of the next; 1 for every place there is. @default length */
  readonly stride?: number;
  /** Whether rows say which text a token is of, so that no text sees another. @default false */
  readonly apart?: boolean;
}

/**
 * Texts of tokens end to end, cut into rows: fields x i32 [T + 1], and texts i32 [T + 1] with `apart`. Nothing is filled up;
 * what is left at the end, less than a row, is left out.
 *
 * @throws GenError `data` for less than a row, `range` for a length or stride below 1
 */
export function packed(
  texts: readonly (readonly number[])[],
  { length, end, stride = length, apart = false }: PackedOptions,
): Dataset {
  for (const [name, value] of Object.entries({ length, stride })) {
    if (!Number.isInteger(value) || value < 1)
      throw new GenError("range", `packed: expected ${name} ≥ 1, got ${value}`);
  }
  const ended = end === undefined ? texts : texts.map((text) => [...text, end]);
  const total = ended.reduce((sum, text) => sum + text.length, 0);
  const width = length + 1;
  if (total < width) throw new GenError("data", `packed: expected at least ${width} tokens, got ${total}`);
  const [all, owner] = [new Int32Array(total), new Int32Array(total)];
  let at = 0;
  ended.forEach((text, i) => {
    all.set(text, at);
    owner.fill(i, at, at + text.length);
    at += text.length;
  });
  const rowsOf = (from: Int32Array, indices: readonly number[]): Int32Array<ArrayBuffer> => {
    const rows = new Int32Array(indices.length * width);
    indices.forEach((row, i) => rows.set(from.subarray(row * stride, row * stride + width), i * width));
    return rows;
  };
  const type = { dtype: "i32", shape: [width] } as const;
  return {
    length: Math.floor((total - width) / stride) + 1,
    fields: apart ? { x: type, texts: type } : { x: type },
    rows: (indices) => {
      const shape = [indices.length, width];
      const x = ndarray(rowsOf(all, indices), shape, "i32");
      return apart ? { x, texts: ndarray(rowsOf(owner, indices), shape, "i32") } : { x };
    },
  };
}

/** What is asked, and what is to be answered. */
export interface Instruction {
  readonly prompt: string;
  readonly answer: string;
}

export interface InstructionsOptions {
  readonly tokenizer: Tokenizer;
  /** T: tokens that are predicted in a row. */
  readonly length: number;
  /** The special token that ends an answer; it counts in the loss, and fills rows up. */
  readonly end: string;
}

/**
 * A prompt and its answer to a row, of which only the answer counts: fields x i32 [T + 1] and counts f32 [T + 1].
 *
 * @throws GenError `data` naming an instruction that is longer than a row, or an empty list
 */
export function instructions(list: readonly Instruction[], { tokenizer, length, end }: InstructionsOptions): Dataset {
  if (list.length === 0) throw new GenError("data", "instructions: expected at least one, got none");
  const [width, last] = [length + 1, tokenizer.specials.numberOf(end)];
  const x = new Int32Array(list.length * width).fill(last);
  const counts = new Float32Array(list.length * width);
  list.forEach(({ prompt, answer }, i) => {
    const asked = promptTokens(tokenizer, prompt);
    const whole = [...asked, ...tokenizer.encode(answer), last];
    if (whole.length > width) {
      throw new GenError("data", `instructions: expected at most ${width} tokens in number ${i}, got ${whole.length}`, {
        fix: "leave it out, or make rows longer",
      });
    }
    x.set(whole, i * width);
    counts.fill(1, i * width + asked.length, i * width + whole.length);
  });
  const shape = [list.length, width];
  return arrays({ x: ndarray(x, shape, "i32"), counts: ndarray(counts, shape) });
}
