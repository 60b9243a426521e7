/**
 * @file Guessed ahead by a small model, checked by the large one: each guess stays with probability min(1, p/q); the first
 * that does not is drawn again from what p has above q. Texts are distributed as those of the large model alone.
 * Leviathan, Kalman & Matias 2023, "Fast Inference from Transformers via Speculative Decoding", §2.3. arXiv:2211.17192
 */
import { split, uniformDraws } from "@gen/core";
import type { Memory } from "./memory.js";
import type { Plan } from "./plan.js";
import { nextOf, told, written, type Piece, type Row } from "./row.js";
import { draw } from "./sampling.js";

interface Guess {
  readonly token: number;
  /** q: what it was drawn from. */
  readonly from: Float64Array;
}

export async function* byDraft(
  { memory, guesses }: { readonly memory: Memory; readonly guesses: Memory },
  row: Row,
  plan: Plan,
): AsyncGenerator<Piece> {
  const { maxTokens, context, vocabulary, options } = plan;
  const start = row.tokens.slice(0, -1);
  await memory.begin([start]);
  await guesses.begin([start]);
  const blank = guesses.filled - start.length;
  let draws = 0;
  const uniform = (): number => uniformDraws(split(plan.key, draws++), 1)[0]!;
  const isGoing = (): boolean => row.finish === undefined;
  for (let t = 0; t < maxTokens && isGoing();) {
    options.signal?.throwIfAborted();
    const count = Math.min(plan.ahead, maxTokens - t - 1, context - row.tokens.length);
    const guessed = await guess(guesses, row, { plan, count, blank, uniform });
    const before = memory.filled;
    const logits = await memory.readEach([[row.tokens.at(-1)!, ...guessed.map(({ token }) => token)]]);
    let kept = 0;
    for (let i = 0; i <= guessed.length && isGoing(); i++, t++) {
      const own = logits.subarray(i * vocabulary, (i + 1) * vocabulary);
      const p = nextOf(row, own, plan);
      const guessHere = guessed[i];
      const isKept = guessHere !== undefined && uniform() * guessHere.from[guessHere.token]! < p[guessHere.token]!;
      const token = isKept ? guessHere.token : draw(guessHere === undefined ? p : above(p, guessHere.from), uniform());
      yield written(row, { row: 0, ...told(token, own, plan) }, { plan, t });
      kept++;
      if (!isKept) {
        t++;
        break;
      }
    }
    memory.rewind(before + kept);
  }
}

interface GuessOptions {
  readonly plan: Plan;
  readonly count: number;
  readonly blank: number;
  readonly uniform: () => number;
}

/** What the draft model goes on with: it reads what it has not read yet, and forgets what was not kept. */
async function guess(memory: Memory, row: Row, { plan, count, blank, uniform }: GuessOptions): Promise<Guess[]> {
  const found: Guess[] = [];
  const tokens = [...row.tokens];
  let { constraint } = row;
  memory.rewind(Math.min(memory.filled, blank + tokens.length - 1));
  while (found.length < count) {
    const unread = tokens.slice(memory.filled - blank);
    const logits = await memory.read([unread]);
    if (constraint?.isOver === true) break;
    const from = nextOf({ tokens, prompt: row.prompt, constraint }, logits, plan);
    const token = draw(from, uniform());
    found.push({ token, from });
    if (plan.options.endTokens?.includes(token) === true) break;
    tokens.push(token);
    constraint = constraint?.after(token);
  }
  return found;
}

/** max(0, p − q), of sum 1. */
function above(p: Float64Array, q: Float64Array): Float64Array {
  const rest = p.map((v, token) => Math.max(0, v - q[token]!));
  const total = rest.reduce((a, b) => a + b, 0);
  return total > 0 ? rest.map((v) => v / total) : p;
}
