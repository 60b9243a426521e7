/**
 * @file Beam search: the texts that are likeliest as a whole, of those that stay among the best at each place.
 * Scores with a length penalty: Wu et al. 2016, "Google's Neural Machine Translation System", eq. 14. arXiv:1609.08144
 */
import { GenError } from "@gen/core";
import { Memory, type Written } from "./memory.js";
import { planOf, type GenerateOptions, type Plan } from "./plan.js";
import { allowedWithEnd, type Completion } from "./row.js";
import { adjusted, logProbs } from "./sampling.js";
import type { ConstraintState } from "./plan.js";
import { TextStream } from "./text-stream.js";

/** What does not draw. */
export interface BeamOptions extends Pick<
  GenerateOptions,
  | "tokenizer"
  | "maxTokens"
  | "endTokens"
  | "constraint"
  | "signal"
  | "repetitionPenalty"
  | "presencePenalty"
  | "frequencyPenalty"
  | "noRepeat"
> {
  /** One text or its tokens. */
  readonly prompt: string | readonly number[];
  /** Texts that are followed at each place. @default 4 */
  readonly beams?: number;
  /** α: scores are log p / ((5 + length) / 6)^α; 0 prefers short texts, larger ones longer texts. @default 0 */
  readonly lengthPenalty?: number;
  /** Texts that come back, at most `beams`. @default 1 */
  readonly count?: number;
}

export interface Beam extends Completion {
  /** log p / ((5 + length) / 6)^α, after penalties. */
  readonly score: number;
}

interface Path {
  readonly tokens: readonly number[];
  readonly logProbs: readonly number[];
  /** The sum of log p after penalties. */
  readonly sum: number;
  readonly constraint: ConstraintState | undefined;
}

const KNOWN = new Set(
  "prompt tokenizer maxTokens endTokens constraint signal repetitionPenalty presencePenalty frequencyPenalty noRepeat beams lengthPenalty count".split(
    " ",
  ),
);

/**
 * The best texts, the best first. It ends when no text on its way can become better than those that have ended.
 *
 * @throws GenError `option` for what a search cannot honour, as a temperature
 */
export async function beamSearch(of: Written, options: BeamOptions): Promise<Beam[]> {
  const { beams = 4, lengthPenalty = 0, count = 1, ...rest } = options;
  const other = Object.keys(options).find(
    (name) => !KNOWN.has(name) && options[name as keyof BeamOptions] !== undefined,
  );
  if (other !== undefined) {
    throw new GenError("option", `beamSearch: expected none of what draws or streams, got ${other}`, {
      fix: "leave it out",
    });
  }
  if (!Number.isInteger(beams) || beams < 1 || !Number.isInteger(count) || count < 1 || count > beams) {
    throw new GenError("range", `beamSearch: expected beams ≥ 1 and count from 1 to beams, got ${beams} and ${count}`);
  }
  if (!(lengthPenalty >= 0))
    throw new GenError("range", `beamSearch: expected lengthPenalty ≥ 0, got ${lengthPenalty}`);
  const plan = planOf(of, { ...rest, mode: "host" });
  const memory = new Memory(of, { n: beams, places: plan.places });
  try {
    return (await search(memory, plan, { beams, lengthPenalty })).slice(0, count);
  } finally {
    memory.close();
  }
}

async function search(
  memory: Memory,
  plan: Plan,
  { beams, lengthPenalty }: { readonly beams: number; readonly lengthPenalty: number },
): Promise<Beam[]> {
  const { maxTokens, vocabulary, sampling, options } = plan;
  const [prompt] = plan.prompts as [readonly number[]];
  const endTokens = options.endTokens ?? [];
  const scoreOf = (sum: number, length: number): number => sum / ((5 + length) / 6) ** lengthPenalty;
  const ended: Beam[] = [];
  const end = (path: Path, finish: Completion["finish"]): void => {
    const tokens = finish === "end" ? path.tokens.slice(0, -1) : path.tokens;
    const stream = new TextStream(options.tokenizer, []);
    const text = tokens.map((token) => stream.push(token).text).join("") + stream.end();
    const score = scoreOf(path.sum, path.tokens.length);
    ended.push({ tokens, logProbs: path.logProbs.slice(0, tokens.length), text, finish, score });
    ended.sort((a, b) => b.score - a.score);
    ended.splice(beams);
  };
  let paths: Path[] = [{ tokens: [], logProbs: [], sum: 0, constraint: options.constraint?.start() }];
  let logits = await memory.begin(Array.from({ length: beams }, () => prompt));
  for (let t = 0; t < maxTokens; t++) {
    options.signal?.throwIfAborted();
    const next = paths.flatMap((path, parent) => {
      const own = logits.subarray(parent * vocabulary, (parent + 1) * vocabulary);
      const allowed =
        path.constraint === undefined ? undefined : allowedWithEnd(path.constraint, endTokens, vocabulary);
      const past = { tokens: [...prompt, ...path.tokens], prompt: prompt.length };
      const after = logProbs(adjusted(own, sampling, { past, allowed }));
      const plain = logProbs(own);
      return Array.from(after, (logP, token) => ({ parent, token, plain: plain[token]!, sum: path.sum + logP })).filter(
        ({ sum }) => Number.isFinite(sum),
      );
    });
    next.sort((a, b) => b.sum - a.sum || a.parent - b.parent || a.token - b.token);
    const going: { readonly path: Path; readonly parent: number }[] = [];
    for (const { parent, token, plain, sum } of next) {
      if (going.length === beams) break;
      const { tokens, logProbs: before, constraint } = paths[parent]!;
      const isEnd = endTokens.includes(token);
      const path: Path = {
        tokens: [...tokens, token],
        logProbs: [...before, plain],
        sum,
        constraint: isEnd ? constraint : constraint?.after(token),
      };
      if (isEnd) end(path, "end");
      else if (path.constraint?.isOver === true) end(path, "complete");
      else going.push({ path, parent });
    }
    paths = going.map(({ path }) => path);
    const best = paths[0] === undefined ? -Infinity : scoreOf(paths[0].sum, maxTokens); // it can only fall, and grow longer
    if (paths.length === 0 || (ended.length === beams && best <= ended.at(-1)!.score)) return ended;
    if (t === maxTokens - 1) break;
    const filled = (list: readonly number[]): number[] => Array.from({ length: beams }, (_, b) => list[b] ?? list[0]!);
    logits = await memory.read(
      filled(paths.map(({ tokens }) => tokens.at(-1)!)).map((token) => [token]),
      filled(going.map(({ parent }) => parent)),
    );
  }
  for (const path of paths) end(path, "length");
  return ended;
}
