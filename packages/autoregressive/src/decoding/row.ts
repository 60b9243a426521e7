/** @file One text on its way: a token chosen for it, and taken in. */
import { adjusted, distributionOf, draw, logProbs } from "./sampling.js";
import type { ConstraintState, Plan } from "./plan.js";
import type { TextStream } from "./text-stream.js";

export interface TokenChance {
  readonly token: number;
  /** By the model itself, before any option. */
  readonly logProb: number;
}

/** One more token of one of the texts. */
export interface Piece extends TokenChance {
  /** Which text: the number of its prompt. */
  readonly row: number;
  /** What is now sure to be part of the text, in whole characters: "" until there is some. Only with a tokenizer. */
  readonly text: string;
  readonly alternatives?: readonly TokenChance[];
  /** Why the text ends here, if it does: at an end token (which is this one) or stop, with its constraint, or at `maxTokens`. */
  readonly finish?: Finish;
}

export type Finish = "end" | "stop" | "complete" | "length";

export interface Completion {
  readonly tokens: readonly number[];
  readonly logProbs: readonly number[];
  readonly alternatives?: readonly (readonly TokenChance[])[];
  /** Only with a tokenizer. */
  readonly text: string;
  readonly finish: Finish;
}

/** One text on its way. */
export interface Row {
  readonly tokens: number[];
  readonly prompt: number;
  readonly stream: TextStream;
  constraint: ConstraintState | undefined;
  finish: Finish | undefined;
}

/** What the next token of a text is drawn from. */
export function nextOf(
  { tokens, prompt, constraint }: Pick<Row, "tokens" | "prompt" | "constraint">,
  logits: Float32Array,
  { sampling, options, vocabulary }: Plan,
): Float64Array {
  const allowed =
    constraint === undefined ? undefined : allowedWithEnd(constraint, options.endTokens ?? [], vocabulary);
  return distributionOf(adjusted(logits, sampling, { past: { tokens, prompt }, allowed }), sampling);
}

/** The host's choice of one token. */
export function chosen(
  row: Row,
  { logits, u }: { readonly logits: Float32Array; readonly u: number },
  plan: Plan,
): Omit<Piece, "row" | "text"> {
  return told(draw(nextOf(row, logits, plan), u), logits, plan);
}

/** A token with its log p by the model itself, and the likeliest ones if asked for. */
export function told(token: number, logits: Float32Array, { options }: Plan): Omit<Piece, "row" | "text"> {
  const own = logProbs(logits);
  const count = options.alternatives ?? 0;
  return { token, logProb: own[token]!, ...(count === 0 ? {} : { alternatives: likeliest(own, count) }) };
}

/** What a constraint lets come, and the end where it is complete. */
export function allowedWithEnd(
  { allowed, isComplete }: ConstraintState,
  endTokens: readonly number[],
  vocabulary: number,
): Uint8Array {
  const all = Uint8Array.from({ length: vocabulary }, (_, v) => Number(Boolean(allowed[v])));
  for (const token of endTokens) all[token] = Number(isComplete);
  return all;
}

function likeliest(own: Float64Array, count: number): TokenChance[] {
  return Array.from(own, (logProb, token) => ({ token, logProb }))
    .sort((a, b) => b.logProb - a.logProb || a.token - b.token)
    .slice(0, count);
}

/** Takes a token into its text, and tells whether the text ends with it. */
export function written(row: Row, piece: Omit<Piece, "text">, { plan, t }: { plan: Plan; t: number }): Piece {
  const { token } = piece;
  const isEnd = plan.options.endTokens?.includes(token) ?? false;
  row.tokens.push(token);
  if (!isEnd) row.constraint = row.constraint?.after(token);
  const shown = isEnd ? { text: "", stopped: false } : row.stream.push(token);
  row.finish = isEnd
    ? "end"
    : shown.stopped
      ? "stop"
      : row.constraint?.isOver === true
        ? "complete"
        : t === plan.maxTokens - 1
          ? "length"
          : undefined;
  const rest = row.finish === undefined || shown.stopped ? "" : row.stream.end();
  return { ...piece, text: shown.text + rest, ...(row.finish === undefined ? {} : { finish: row.finish }) };
}
