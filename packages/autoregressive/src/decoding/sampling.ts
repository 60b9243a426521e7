/**
 * @file How a next token is chosen from logits: which options there are, what each means as a distribution, and a draw.
 * This is the host's side, in float64; `graph-sampling.ts` has those that a loop inside a graph honours.
 */
import { GenError } from "@gen/core";

/** How the distribution of the next token is shaped. They apply in this order. */
export interface SamplingOptions {
  /**
   * Logits of tokens that were seen, in the prompt too, are divided by it where positive and multiplied where negative:
   * above 1 they become less likely. Keskar et al. 2019, "CTRL", §4.1, arXiv:1909.05858 @default 1
   */
  readonly repetitionPenalty?: number;
  /** Taken from the logit of each token that was written already. @default 0 */
  readonly presencePenalty?: number;
  /** Taken from a token's logit as often as it was written. @default 0 */
  readonly frequencyPenalty?: number;
  /** No so many tokens in a row come twice. Paulus, Xiong & Socher 2018, §2.5, arXiv:1705.04304 @default 0: they may */
  readonly noRepeat?: number;
  /** Always the likeliest token. @default false */
  readonly greedy?: boolean;
  /** Logits are divided by it: below 1, likelier and less varied text. @default 1 */
  readonly temperature?: number;
  /** Only so many of the likeliest. Fan, Lewis & Dauphin 2018, §5.1, arXiv:1805.04833 @default 0: all */
  readonly topK?: number;
  /** Only the fewest that have this share together. Holtzman et al. 2020, eq. 2, arXiv:1904.09751 @default 1 */
  readonly topP?: number;
  /** Only those at least so likely, by the likeliest. Nguyen et al. 2024, §3, arXiv:2407.01082 @default 0 */
  readonly minP?: number;
  /**
   * Only the fewest with this share together whose surprise is nearest the mean surprise.
   * Meister et al. 2023, "Locally Typical Sampling", eq. 10, arXiv:2202.00666 @default 1
   */
  readonly typicalP?: number;
}

/** Every option with a value. */
export type Sampling = Required<SamplingOptions>;

export const NEUTRAL: Sampling = {
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  noRepeat: 0,
  greedy: false,
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  typicalP: 1,
};

const BOUNDS: Readonly<Record<Exclude<keyof Sampling, "greedy">, { what: string; holds: (v: number) => boolean }>> = {
  repetitionPenalty: { what: "a number > 0", holds: (v) => v > 0 && Number.isFinite(v) },
  presencePenalty: { what: "a number", holds: (v) => Number.isFinite(v) },
  frequencyPenalty: { what: "a number", holds: (v) => Number.isFinite(v) },
  noRepeat: { what: "a whole number ≥ 0", holds: (v) => Number.isInteger(v) && v >= 0 },
  temperature: { what: "a number > 0", holds: (v) => v > 0 && Number.isFinite(v) },
  topK: { what: "a whole number ≥ 0", holds: (v) => Number.isInteger(v) && v >= 0 },
  topP: { what: "a share in (0, 1]", holds: (v) => v > 0 && v <= 1 },
  minP: { what: "a share in [0, 1]", holds: (v) => v >= 0 && v <= 1 },
  typicalP: { what: "a share in (0, 1]", holds: (v) => v > 0 && v <= 1 },
};

/**
 * The options with their defaults, checked.
 *
 * @throws GenError `range` for a number that makes no sense; `option` for one that greedy decoding would not look at
 */
export function samplingOf(options: SamplingOptions): Sampling {
  const given = Object.fromEntries(
    (Object.keys(NEUTRAL) as (keyof Sampling)[]).flatMap((name) =>
      options[name] === undefined ? [] : [[name, options[name]]],
    ),
  ) as SamplingOptions;
  for (const [name, { what, holds }] of Object.entries(BOUNDS)) {
    const value = given[name as keyof typeof BOUNDS];
    if (value !== undefined && !holds(value)) {
      const fix = name === "temperature" && value === 0 ? { fix: "use greedy for the likeliest token" } : {};
      throw new GenError("range", `sampling: expected ${name} to be ${what}, got ${value}`, fix);
    }
  }
  const sampling = { ...NEUTRAL, ...given };
  if (sampling.greedy) {
    const idle = (["temperature", "topK", "topP", "minP", "typicalP"] as const).find(
      (name) => sampling[name] !== NEUTRAL[name],
    );
    if (idle !== undefined) {
      throw new GenError(
        "option",
        `sampling: expected no ${idle} beside greedy, which takes the likeliest, got ${sampling[idle]}`,
        {
          fix: "leave out one of them",
        },
      );
    }
  }
  return sampling;
}

/** What was read and written so far. */
export interface Past {
  /** The prompt and what was written after it. */
  readonly tokens: readonly number[];
  /** How many of them are the prompt. */
  readonly prompt: number;
}

/** Which tokens may come: true or 1 for those that may. */
export type Allowed = ArrayLike<number | boolean>;

/**
 * Logits after penalties, repetitions and a constraint: what changes them whatever the way of choosing. A token that must
 * not come has −∞.
 */
export function adjusted(
  logits: ArrayLike<number>,
  { repetitionPenalty, presencePenalty, frequencyPenalty, noRepeat }: Sampling,
  { past, allowed }: { readonly past: Past; readonly allowed?: Allowed | undefined },
): Float64Array {
  const l = Float64Array.from(logits);
  if (repetitionPenalty !== 1) {
    for (const v of new Set(past.tokens)) l[v] = l[v]! > 0 ? l[v]! / repetitionPenalty : l[v]! * repetitionPenalty;
  }
  if (presencePenalty !== 0 || frequencyPenalty !== 0) {
    const written = new Map<number, number>();
    for (const v of past.tokens.slice(past.prompt)) written.set(v, (written.get(v) ?? 0) + 1);
    for (const [v, count] of written) l[v] = l[v]! - presencePenalty - frequencyPenalty * count;
  }
  for (const v of wouldRepeat(past.tokens, noRepeat)) l[v] = -Infinity;
  if (allowed !== undefined) for (let v = 0; v < l.length; v++) if (!allowed[v]) l[v] = -Infinity;
  return l;
}

/** The tokens that would complete `size` tokens in a row that came before. */
function wouldRepeat(tokens: readonly number[], size: number): Set<number> {
  const found = new Set<number>();
  if (size === 0 || tokens.length < size - 1) return found;
  const end = tokens.slice(tokens.length - size + 1);
  for (let i = 0; i + size <= tokens.length; i++) {
    if (end.every((token, k) => tokens[i + k] === token)) found.add(tokens[i + size - 1]!);
  }
  return found;
}

/**
 * The distribution that a token is drawn from, given adjusted logits.
 *
 * @returns [V], which sums to 1
 * @throws GenError `option` if nothing may come
 */
export function distributionOf(l: Float64Array, sampling: Sampling): Float64Array {
  const { greedy, temperature, topK, topP, minP, typicalP } = sampling;
  const best = argMax(l);
  if (l[best] === -Infinity) {
    throw new GenError("option", "decoding: expected a token that may come next, got none that every option leaves", {
      fix: "loosen noRepeat or the constraint",
    });
  }
  if (greedy) return Float64Array.from(l, (_, v) => Number(v === best));
  let p = softmax(l, temperature);
  const n = p.length;
  if (topK > 0 && topK < n) p = kept(p, largestFirst(p).slice(0, topK));
  if (topP < 1) p = kept(p, fewestWith(p, largestFirst(p), topP));
  if (minP > 0) {
    const least = minP * p.reduce((a, b) => Math.max(a, b), 0);
    p = renormalised(p.map((v) => (v >= least ? v : 0)));
  }
  if (typicalP < 1) {
    const mean = p.reduce((h, v) => (v > 0 ? h - v * Math.log(v) : h), 0);
    const far = p.map((v) => (v > 0 ? Math.abs(-Math.log(v) - mean) : Infinity));
    const order = Array.from({ length: n }, (_, v) => v).sort((a, b) =>
      far[a]! < far[b]! ? -1 : far[a]! > far[b]! ? 1 : a - b,
    );
    p = kept(p, fewestWith(p, order, typicalP));
  }
  return p;
}

/** The first token whose share with all before it reaches u, u in (0, 1). */
export function draw(p: Float64Array, u: number): number {
  let sum = 0;
  let last = 0;
  for (let v = 0; v < p.length; v++) {
    if (p[v]! === 0) continue;
    sum += p[v]!;
    last = v;
    if (sum >= u) return v;
  }
  return last;
}

export function argMax(l: Float64Array): number {
  let best = 0;
  for (let v = 1; v < l.length; v++) if (l[v]! > l[best]!) best = v;
  return best;
}

/** log p of every token by the model itself. */
export function logProbs(logits: ArrayLike<number>): Float64Array {
  const l = Float64Array.from(logits);
  const top = l[argMax(l)]!;
  const total = Math.log(l.reduce((sum, v) => sum + Math.exp(v - top), 0)) + top;
  return l.map((v) => v - total);
}

function softmax(l: Float64Array, temperature: number): Float64Array {
  const top = l[argMax(l)]!;
  return renormalised(l.map((v) => Math.exp((v - top) / temperature)));
}

function renormalised(p: Float64Array): Float64Array {
  const total = p.reduce((a, b) => a + b, 0);
  return p.map((v) => v / total);
}

/** The same probabilities for some tokens, none for the others. */
function kept(p: Float64Array, tokens: readonly number[]): Float64Array {
  const few = new Float64Array(p.length);
  for (const v of tokens) few[v] = p[v]!;
  return renormalised(few);
}

/** Tokens from the likeliest on; of equals the first first. */
function largestFirst(p: Float64Array): number[] {
  return Array.from({ length: p.length }, (_, v) => v).sort((a, b) => p[b]! - p[a]! || a - b);
}

/** The first tokens of an order until they have a share together. */
function fewestWith(p: Float64Array, order: readonly number[], share: number): number[] {
  let sum = 0;
  const count = order.findIndex((v) => (sum += p[v]!) >= share);
  return order.slice(0, count < 0 ? order.length : count + 1);
}
