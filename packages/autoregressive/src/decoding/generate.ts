/** @file Writing text with a trained model: token by token, as a stream or whole, many texts at once. */
import { split, uniformDraws } from "@gen/core";
import { Memory, type Written } from "./memory.js";
import { planOf, type GenerateOptions, type Plan } from "./plan.js";
import { chosen, written, type Completion, type Piece, type Row } from "./row.js";
import { byDraft } from "./speculative.js";
import { TextStream } from "./text-stream.js";

/**
 * Writes on, a piece for each token of each text as it is chosen.
 *
 * @throws GenError `option` for what the chosen mode cannot honour or what does not fit together, `range` for a prompt
 *   that the context has no room for or a token that is none, `data` for text that the tokenizer has no tokens for
 */
export async function* stream(of: Written, options: GenerateOptions): AsyncGenerator<Piece> {
  const plan = planOf(of, options);
  const rows = plan.prompts.map((tokens): Row => ({
    tokens: [...tokens],
    prompt: tokens.length,
    stream: new TextStream(options.tokenizer, options.stop ?? []),
    constraint: options.constraint?.start(),
    finish: undefined,
  }));
  const memory = new Memory(of, { n: rows.length, places: plan.places });
  const { draft } = options;
  const guesses = draft === undefined ? undefined : new Memory(draft, { n: 1, places: plan.places });
  try {
    if (guesses !== undefined) yield* byDraft({ memory, guesses }, rows[0]!, plan);
    else if (plan.mode === "loop") yield* byLoop(memory, rows, plan);
    else yield* byHost(memory, rows, plan);
  } finally {
    memory.close();
    guesses?.close();
  }
}

/** Writes on, and gives whole texts, one for each prompt. */
export async function complete(of: Written, options: GenerateOptions): Promise<Completion[]> {
  const n = planOf(of, options).prompts.length;
  const parts = Array.from({ length: n }, () => ({ pieces: [] as Piece[] }));
  for await (const piece of stream(of, options)) parts[piece.row]!.pieces.push(piece);
  return parts.map(({ pieces }) => completionOf(pieces, (options.alternatives ?? 0) > 0));
}

function completionOf(pieces: readonly Piece[], hasAlternatives: boolean): Completion {
  const finish = pieces.at(-1)?.finish ?? "length";
  const kept = finish === "end" ? pieces.slice(0, -1) : pieces;
  return {
    tokens: kept.map(({ token }) => token),
    logProbs: kept.map(({ logProb }) => logProb),
    ...(hasAlternatives ? { alternatives: kept.map(({ alternatives }) => alternatives!) } : {}),
    text: pieces.map(({ text }) => text).join(""),
    finish,
  };
}

/** The host chooses: one run a token. */
async function* byHost(memory: Memory, rows: readonly Row[], plan: Plan): AsyncGenerator<Piece> {
  const { maxTokens, context, vocabulary, options } = plan;
  const begin = (count: number): Promise<Float32Array> => memory.begin(rows.map(({ tokens }) => tokens.slice(-count)));
  let seen = Math.min(context, longestOf(rows));
  let logits = await begin(context);
  for (let t = 0; t < maxTokens; t++) {
    options.signal?.throwIfAborted();
    const uniforms = uniformDraws(split(plan.key, t), rows.length);
    for (const [r, row] of rows.entries()) {
      if (row.finish !== undefined) continue;
      const own = logits.subarray(r * vocabulary, (r + 1) * vocabulary);
      yield written(row, { row: r, ...chosen(row, { logits: own, u: uniforms[r]! }, plan) }, { plan, t });
    }
    if (rows.every(({ finish }) => finish !== undefined)) return;
    if (seen >= context) {
      seen = Math.ceil(context / 2);
      logits = await begin(seen);
    } else {
      logits = await memory.read(rows.map(({ tokens }) => [tokens.at(-1)!]));
      seen++;
    }
  }
}

/** A graph chooses: many tokens a run. The last token of each text is not in the memory before a run. */
async function* byLoop(memory: Memory, rows: readonly Row[], plan: Plan): AsyncGenerator<Piece> {
  const { maxTokens, context, vocabulary, sampling, key, options } = plan;
  const begin = (count: number): Promise<Float32Array> =>
    memory.begin(rows.map(({ tokens }) => tokens.slice(-count).slice(0, -1)));
  let seen = Math.min(context, longestOf(rows)) - 1;
  await begin(context);
  const counts = (from: (row: Row) => number) => (): Float32Array[] =>
    rows.map((row) => {
      const count = new Float32Array(vocabulary);
      for (const token of row.tokens.slice(from(row))) count[token]!++;
      return count;
    });
  for (let t = 0; t < maxTokens;) {
    options.signal?.throwIfAborted();
    if (seen >= context) {
      seen = Math.ceil(context / 2) - 1;
      await begin(seen + 1);
    }
    const steps = Math.min(plan.chunk, context - seen);
    const { tokens, logProb } = await memory.loop({
      steps,
      sampling,
      key,
      token: rows.map((row) => row.tokens.at(-1)!),
      drawn: t,
      seen: counts(() => 0),
      written: counts(({ prompt }) => prompt),
    });
    seen += steps;
    for (let i = 0; i < steps && t < maxTokens; i++, t++) {
      for (const [r, row] of rows.entries()) {
        if (row.finish !== undefined) continue;
        const at = i * rows.length + r;
        yield written(row, { row: r, token: tokens[at]!, logProb: logProb[at]! }, { plan, t });
      }
    }
    if (rows.every(({ finish }) => finish !== undefined)) return;
  }
}

function longestOf(rows: readonly Row[]): number {
  return Math.max(...rows.map(({ tokens }) => tokens.length));
}
