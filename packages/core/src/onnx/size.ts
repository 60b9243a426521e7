/**
 * @file Sizes as expressions of symbols, found from their values: each symbol is traced at three sizes, each pair
 * together once, which settles v = c + Σ aᵢ·sᵢ + Σ bᵢⱼ·sᵢ·sⱼ and exposes whatever is not of that form.
 */

/** Names of symbols in a product, in the order of the symbols; [] is the constant term. */
export interface Term {
  readonly symbols: readonly string[];
  readonly factor: number;
}

/** A sum of products; empty is 0. Constant if no term has symbols. */
export type Size = readonly Term[];

/** The values of the symbols in one trace. */
export type Sizes = Readonly<Record<string, number>>;

/** Primes: a size that comes from two symbols, or from one in another way, then shows. Above what is special-cased as small. */
const PRIMES = [
  10007, 11411, 12889, 14447, 16073, 17783, 19553, 21407, 23333, 25339, 27407, 29567, 31769, 34123, 36433, 38891, 41399,
  43987,
];

/** How many symbols there are primes for. */
export const MOST_SYMBOLS = PRIMES.length / 3;

/** The sizes to trace at: all at their first prime; each at its second, and its third; each pair at its second. */
export function tracesOf(symbols: readonly string[]): Sizes[] {
  const prime = (i: number, k: number): number => PRIMES[3 * i + k]!;
  const base = Object.fromEntries(symbols.map((name, i) => [name, prime(i, 0)]));
  const at = (...moves: (readonly [number, number])[]): Sizes => ({
    ...base,
    ...Object.fromEntries(moves.map(([i, k]) => [symbols[i]!, prime(i, k)])),
  });
  return [
    base,
    ...symbols.flatMap((_, i) => [at([i, 1]), at([i, 2])]),
    ...pairsOf(symbols.length).map(([i, j]) => at([i, 1], [j, 1])),
  ];
}

/**
 * The expression that has these values at the traces, if there is one with whole factors.
 *
 * @param values one for each of `tracesOf(symbols)`
 */
export function fit(values: readonly number[], symbols: readonly string[]): Size | undefined {
  const traces = tracesOf(symbols);
  const [base] = traces as [Sizes];
  const v0 = values[0]!;
  const step = (i: number, k: number): number => traces[1 + 2 * i + k]![symbols[i]!]! - base[symbols[i]!]!;
  const slope = (i: number): number => (values[1 + 2 * i]! - v0) / step(i, 0);
  const products = pairsOf(symbols.length).map(([i, j], p): Term => {
    const together = values[1 + 2 * symbols.length + p]!;
    const factor = (together - values[1 + 2 * i]! - values[1 + 2 * j]! + v0) / (step(i, 0) * step(j, 0));
    return { symbols: [symbols[i]!, symbols[j]!], factor };
  });
  const others = (i: number): number =>
    products
      .filter((term) => term.symbols.includes(symbols[i]!))
      .reduce((sum, term) => sum + term.factor * base[term.symbols.find((s) => s !== symbols[i]!)!]!, 0);
  const terms = [...symbols.map((name, i): Term => ({ symbols: [name], factor: slope(i) - others(i) })), ...products];
  const rest = v0 - evaluateSize(terms, base);
  const size = [...terms, { symbols: [], factor: rest }].filter(({ factor }) => factor !== 0);
  const exact = traces.every((sizes, t) => evaluateSize(size, sizes) === values[t]);
  return exact && size.every(({ factor }) => Number.isSafeInteger(factor)) ? size : undefined;
}

export function evaluateSize(size: Size, sizes: Sizes): number {
  return size.reduce(
    (sum, { symbols, factor }) => sum + symbols.reduce((product, s) => product * sizes[s]!, factor),
    0,
  );
}

export function isConstant(size: Size): boolean {
  return size.every(({ symbols }) => symbols.length === 0);
}

/** 2*n + 1, as it stands in a file's shapes. */
export function showSize(size: Size): string {
  if (size.length === 0) return "0";
  return size
    .map(({ symbols, factor }) =>
      symbols.length === 0 ? String(factor) : [...(factor === 1 ? [] : [factor]), ...symbols].join("*"),
    )
    .join(" + ")
    .replaceAll("+ -", "- ");
}

/** The symbols that a list of values depends on, for a message. */
export function dependsOn(values: readonly unknown[], symbols: readonly string[]): string[] {
  return symbols.filter((_, i) => values[1 + 2 * i] !== values[0] || values[2 + 2 * i] !== values[0]);
}

function pairsOf(count: number): [number, number][] {
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: count - i - 1 }, (__, j): [number, number] => [i, i + j + 1]),
  ).flat();
}
