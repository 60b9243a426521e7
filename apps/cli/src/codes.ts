/**
 * @file The codes of an exported InfoGAN (Chen et al. 2016, arXiv:1606.03657), counted from 1 as they stand in the noise: one or
 * several set to a value, and one walked through all of its values, while the rest of the noise stays.
 */
import { GenError, ndarray, type Card, type NdArray } from "@gen/core";
import { noiseOf } from "./noise.js";

/** Where a code stands in a row of noise: one number, or zeros with a one. */
interface Code {
  readonly start: number;
  /** Values of a categorical code; none of a continuous one. */
  readonly values?: number;
}

function codesOf(card: Card): readonly Code[] {
  const { width, dim, categories } = noiseOf(card);
  let start = dim;
  const categorical = categories.map((values) => {
    start += values;
    return { start: start - values, values };
  });
  return [...categorical, ...Array.from({ length: width - start }, (_, i) => ({ start: start + i }))];
}

interface Setting {
  readonly code: Code;
  /** All values in turn, unless given. */
  readonly value?: number;
}

interface Asked {
  /** "1=3, 2": code 1 gets the value 3, code 2 each value in turn. */
  readonly text: string;
  /** Values of a continuous code that is walked, from −1 to 1. */
  readonly steps: number;
  /** The command, for errors. */
  readonly where: string;
}

/**
 * Rows of noise with other codes.
 *
 * @param z [n, width]
 * @returns z [n · each, width], the `each` values of the code that is walked beside each other; 1 where none is
 * @throws GenError `option` for a model without codes, a code that it does not have, a value that a code does not take
 */
export function withCodes(card: Card, z: NdArray, asked: Asked): { readonly z: NdArray; readonly each: number } {
  const [n, width] = z.shape as [number, number];
  const settings = parsed(card, asked);
  const walked = settings.find(({ value }) => value === undefined)?.code;
  const values = walked === undefined ? [undefined] : valuesOf(walked, asked.steps);
  const rows = Array.from({ length: n }, (_, i) => Array.from(z.data.subarray(i * width, (i + 1) * width), Number));
  const changed = rows.flatMap((row) =>
    values.map((each) => {
      const next = [...row];
      for (const { code, value = each! } of settings) put(next, code, value);
      return next;
    }),
  );
  return { z: ndarray(changed.flat(), [changed.length, width]), each: values.length };
}

function valuesOf({ values }: Code, steps: number): readonly number[] {
  if (values !== undefined) return Array.from({ length: values }, (_, v) => v);
  return Array.from({ length: steps }, (_, i) => (steps === 1 ? 0 : (2 * i) / (steps - 1) - 1));
}

function put(row: number[], { start, values }: Code, value: number): void {
  if (values === undefined) row[start] = value;
  else for (let v = 0; v < values; v++) row[start + v] = Number(v === value);
}

function parsed(card: Card, { text, where }: Asked): readonly Setting[] {
  const codes = codesOf(card);
  if (codes.length === 0) {
    throw new GenError("option", `${where}: expected --code only for a GAN with codes, got it for ${card.name}`, {
      fix: "leave it out, or train one: gen train gan --categories 10 --codes 2",
    });
  }
  const wrong = (got: string): GenError =>
    new GenError("option", `${where}: --code: expected one of its codes, as 1 or 1=0, got ${got}`, {
      fix: codes.map((code, i) => `${i + 1} is ${kindOf(code)}`).join("; "),
    });
  const settings = text.split(",").map((part): Setting => {
    const [, number, , value] = /^\s*(\d+)\s*(=\s*(-?[\d.]+)\s*)?$/.exec(part) ?? [];
    const code = codes[Number(number) - 1];
    if (code === undefined) throw wrong(part.trim() === "" ? "nothing" : part.trim());
    if (value === undefined) return { code };
    if (!isValue(code, Number(value))) throw wrong(part.trim());
    return { code, value: Number(value) };
  });
  if (settings.filter(({ value }) => value === undefined).length > 1) {
    throw new GenError("option", `${where}: --code: expected at most one code without a value, got ${text}`, {
      fix: "set the others, as 2=0",
    });
  }
  return settings;
}

function isValue({ values }: Code, value: number): boolean {
  if (values === undefined) return value >= -1 && value <= 1;
  return Number.isInteger(value) && value >= 0 && value < values;
}

const kindOf = ({ values }: Code): string =>
  values === undefined ? "a number from -1 to 1" : `one of 0 to ${values - 1}`;
