/**
 * @file Statistics for testing random numbers. Every test here reduces to scores that are standard normal if the
 * generator is good, and to a bound on them that a good generator exceeds with a stated probability.
 * Seeds are fixed, so a test that passes once passes always; the probability is that of having to explain a failure.
 */

/** How often a good generator fails one check. */
export const FALSE_ALARM = 1e-6;

/** Φ, to about 1e-15 absolute and 1e-12 relative in the tails. */
export function normalCdf(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) < 3) {
    // Φ = ½ + φ·(x + x³/3 + x⁵/(3·5) + …)
    let term = x;
    let sum = x;
    for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  // 1 − Φ = φ / (x + 1/(x + 2/(x + 3/(x + …))))
  let fraction = Math.abs(x);
  for (let k = 100; k >= 1; k--) fraction = Math.abs(x) + k / fraction;
  return x < 0 ? density / fraction : 1 - density / fraction;
}

/** The x that |Z| exceeds with probability `share`. */
export function twoSided(share: number): number {
  let [low, high] = [0, 40];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (2 * normalCdf(-middle) > share) low = middle;
    else high = middle;
  }
  return low;
}

/** χ² with `freedom` degrees of freedom as a standard normal score (Wilson & Hilferty 1931). */
export function chiSquareScore(chiSquare: number, freedom: number): number {
  const v = 2 / (9 * freedom);
  return (Math.cbrt(chiSquare / freedom) - (1 - v)) / Math.sqrt(v);
}

/** How far counts are from equal, as a score. */
export function evenness(counts: ArrayLike<number>): number {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const expected = total / counts.length;
  const chiSquare = Array.from(counts).reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return chiSquareScore(chiSquare, counts.length - 1);
}

/** How `successes` of `trials` with probability ½ deviate, as a score. */
export const fairness = (successes: number, trials: number): number => (2 * successes - trials) / Math.sqrt(trials);

/**
 * What is wrong with scores that should be independent and standard normal: the largest is too large (by Bonferroni's
 * bound), their mean is off, or their mean square is. Each check has a false alarm rate of {@link FALSE_ALARM}.
 */
export function suspicions(name: string, scores: ArrayLike<number>): string[] {
  const m = scores.length;
  let [largest, sum, squares] = [0, 0, 0];
  for (let i = 0; i < m; i++) {
    largest = Math.max(largest, Math.abs(scores[i]!));
    sum += scores[i]!;
    squares += scores[i]! ** 2;
  }
  const limit = twoSided(FALSE_ALARM);
  const found: string[] = [];
  // Written so that NaN is found too.
  if (!(largest < twoSided(FALSE_ALARM / m))) found.push(`${name}: largest score ${largest}`);
  if (!(Math.abs(sum / Math.sqrt(m)) < limit)) found.push(`${name}: mean ${sum / m}`);
  // The mean square of few scores is not normal; their largest says enough.
  if (m >= 1000 && !(Math.abs((squares - m) / Math.sqrt(2 * m)) < limit))
    found.push(`${name}: mean square ${squares / m}`);
  return found;
}

/** √n · supremum of |empirical − cdf|; above 2.7 with probability 2·exp(−2·2.7²) = 9.3e-7 (Kolmogorov). */
export function kolmogorov(values: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const p = cdf(sorted[i]!);
    distance = Math.max(distance, p - i / n, (i + 1) / n - p);
  }
  return Math.sqrt(n) * distance;
}

/** {@link FALSE_ALARM} of {@link kolmogorov}. */
export const KOLMOGOROV_LIMIT = 2.7;
