/** @file The known name that somebody probably meant. */

/**
 * The name in `known` nearest to `name`, for "did you mean …?": by the least number of letters inserted, deleted,
 * replaced or swapped with their neighbour, whatever the case.
 *
 * @returns undefined if none is near: at most a third of the letters may differ (one at least), unless a known name
 *   begins with `name`.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const asked = name.toLowerCase();
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const prefix = asked.length >= 2 && other.startsWith(asked);
    const allowed = Math.max(1, Math.floor(Math.max(asked.length, other.length) / 3));
    const edits = editDistance(asked, other);
    if (edits > allowed && !prefix) continue;
    const cost = prefix ? Math.min(edits, 1) : edits;
    if (cost < least) [best, least] = [candidate, cost];
  }
  return best;
}

/** Optimal string alignment: Levenshtein's distance with swaps of neighbours, each letter edited at most once. */
function editDistance(a: string, b: string): number {
  let before: number[] = []; //                                            row i − 2
  let last = Array.from({ length: b.length + 1 }, (_, j) => j); //         row i − 1
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
