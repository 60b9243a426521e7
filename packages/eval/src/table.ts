/**
 * @file Tables: which columns, and which pairs of columns, of two sets differ by more than chance. Distribution functions are
 * compared by the Kolmogorov–Smirnov statistic, shares of categories by the total variation.
 */
import { GenError, key as keyOf, split, uniformDraws, type Key } from "@gen/core";
import type { ColumnInfo } from "@gen/core/codec";
import { bootstrap, quantile, type BootstrapOptions, type Estimate } from "./estimate.js";
import { checkWidths, gather, tooFew, type Points } from "./points.js";
import { apart, Ranks } from "./ranks.js";
import type { Source } from "./source.js";

export interface TableOptions extends BootstrapOptions {
  /** Of the rows, in order. */
  readonly columns: readonly Pick<ColumnInfo, "name" | "kind" | "categories">[];
  /** Rows of either set that are kept, a random sample of a longer one. @default 10_000 */
  readonly limit?: number;
  /** Numbers are divided into so many groups of equal size to compare pairs of columns. @default 8 */
  readonly groups?: number;
}

/** A difference between two sets: 0 where they are alike, 1 where they have nothing in common. */
export interface Difference extends Estimate {
  /** Its mean where rows are dealt to the two sets at random: what chance alone makes of it. */
  readonly byChance: number;
  /** Share of such deals with a difference at least as large, 1/(1 + deals) at the least. */
  readonly pValue: number;
}

export interface ColumnDifference extends Difference {
  readonly column: string;
  /** "ks": max |F_a − F_b| of numbers that are known; "tv": ½ Σ |p_a − p_b| over categories, a gap being one. */
  readonly statistic: "ks" | "tv";
  /** Share of the rows without a value. */
  readonly gaps: readonly [a: number, b: number];
}

export interface PairDifference extends Difference {
  /** ½ Σ |p_a − p_b| over the cells of both columns, numbers in groups. */
  readonly columns: readonly [string, string];
  /** Pearson's correlation in either set, for two columns of numbers. */
  readonly correlations?: readonly [a: number, b: number];
}

export interface TableDifference {
  readonly columns: readonly ColumnDifference[];
  readonly pairs: readonly PairDifference[];
}

/**
 * Two sets of rows of a table, column by column and pair by pair. A gap is NaN.
 *
 * @param a rows [N, columns], categories as their index
 * @throws GenError `shape` for rows of another width than `columns`, `data` for fewer than 20 rows or a category that is not
 *   one, `numeric` for infinity
 */
export async function compareTables(
  a: Source,
  b: Source,
  { columns, limit = 10_000, groups = 8, ...options }: TableOptions,
): Promise<TableDifference> {
  if (!(Number.isInteger(groups) && groups >= 2))
    throw new GenError("range", `compareTables: expected at least 2 groups, got ${groups}`);
  const from = options.key ?? keyOf(0);
  const need = (child: number) => ({ least: 20, gaps: true, limit, key: split(from, child) });
  const first = await gather(a, { ...need(0), where: "compareTables: first set" });
  const second = await gather(b, { ...need(1), where: "compareTables: second set" });
  for (const set of [first, second]) checkWidths("compareTables", set, { dim: columns.length });
  const values = columns.map((column, i) => {
    const pooled = [...columnOf(first, i), ...columnOf(second, i)];
    if (column.kind === "categorical") checkCategories(pooled, column);
    return Float64Array.from(pooled);
  });
  const cells = values.map((pooled, i) =>
    columns[i]!.kind === "categorical" ? codesOf(pooled) : grouped(pooled, groups),
  );
  const how = { ...options, key: split(from, 2) };
  const sizes = { n: first.n, m: second.n };
  const gapsOf = (pooled: Float64Array, start: number, end: number): number =>
    pooled.subarray(start, end).reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0) / (end - start);
  return {
    columns: columns.map(({ name, kind }, i): ColumnDifference => {
      const pooled = values[i]!;
      const gaps = [gapsOf(pooled, 0, first.n), gapsOf(pooled, first.n, pooled.length)] as const;
      return kind === "categorical"
        ? { column: name, statistic: "tv", gaps, ...difference(sizes, variation(cells[i]!), how) }
        : { column: name, statistic: "ks", gaps, ...gapOf(pooled, sizes, { ...how, name }) };
    }),
    pairs: pairsOf(columns.length).map(([i, j]): PairDifference => {
      const areNumbers = columns[i]!.kind !== "categorical" && columns[j]!.kind !== "categorical";
      const among = (start: number, end: number): number =>
        correlation(values[i]!.subarray(start, end), values[j]!.subarray(start, end));
      return {
        columns: [columns[i]!.name, columns[j]!.name],
        ...difference(sizes, variation(crossed(cells[i]!, cells[j]!)), how),
        ...(areNumbers && { correlations: [among(0, first.n), among(first.n, first.n + second.n)] as const }),
      };
    }),
  };
}

interface Sizes {
  readonly n: number;
  readonly m: number;
}

/** Of n rows of the first set and m of the second, one after the other: how often each counts in either. */
type Statistic = (a: Float64Array, b: Float64Array) => number;

/** A statistic with its bootstrap interval, and what it is where all rows are dealt to the two sets at random. */
function difference(
  { n, m }: Sizes,
  statistic: Statistic,
  { key: from, ...options }: BootstrapOptions & { readonly key: Key },
): Difference {
  const estimate = bootstrap([n, m], (a, b) => statistic(...apart(a, b)), { ...options, key: split(from, 0) });
  const deals = options.replicates ?? 200;
  let [total, larger] = [0, 0];
  for (let deal = 0; deal < deals; deal++) {
    const value = statistic(...dealt({ n, m }, split(split(from, 1), deal)));
    total += value;
    if (value >= estimate.value) larger++;
  }
  return { ...estimate, byChance: total / deals, pValue: (1 + larger) / (1 + deals) };
}

/** All rows, n of them in the first set and m in the second: each is taken with the share that is still needed. */
function dealt({ n, m }: Sizes, key: Key): [a: Float64Array, b: Float64Array] {
  const [a, b] = [new Float64Array(n + m), new Float64Array(n + m)];
  const uniform = uniformDraws(key, n + m);
  let needed = n;
  for (let i = 0; i < n + m; i++) {
    const isTaken = uniform[i]! * (n + m - i) < needed;
    (isTaken ? a : b)[i] = 1;
    if (isTaken) needed--;
  }
  return [a, b];
}

/** The Kolmogorov–Smirnov statistic of the numbers that are known. */
function gapOf(
  pooled: Float64Array,
  { n }: Sizes,
  { name, ...how }: BootstrapOptions & { readonly key: Key; readonly name: string },
): Difference {
  const known = pooled.filter((value) => !Number.isNaN(value));
  const ofFirst = pooled.subarray(0, n).filter((value) => !Number.isNaN(value)).length;
  const fewest = Math.min(ofFirst, known.length - ofFirst);
  if (fewest < 2) throw tooFew(`compareTables: column "${name}": known values`, 2, fewest);
  const ranks = new Ranks(known);
  return difference({ n: ofFirst, m: known.length - ofFirst }, (a, b) => ranks.largestGap(a, b), how);
}

/** The total variation between the shares of the cells. */
function variation(cells: Int32Array): Statistic {
  const count = cells.reduce((most, cell) => Math.max(most, cell), 0) + 1;
  const histogram = (counts: Float64Array): Float64Array => {
    const shares = new Float64Array(count);
    let total = 0;
    for (let i = 0; i < cells.length; i++) {
      shares[cells[i]!]! += counts[i]!;
      total += counts[i]!;
    }
    return shares.map((share) => share / total);
  };
  return (a, b) => {
    const [p, q] = [histogram(a), histogram(b)];
    return p.reduce((sum, share, cell) => sum + Math.abs(share - q[cell]!), 0) / 2;
  };
}

function columnOf({ n, dim, data }: Points, column: number): number[] {
  return Array.from({ length: n }, (_, i) => data[i * dim + column]!);
}

function checkCategories(values: readonly number[], { name, categories }: TableOptions["columns"][number]): void {
  const most = categories?.length ?? Infinity;
  const wrong = values.find(
    (value) => !Number.isNaN(value) && !(Number.isInteger(value) && value >= 0 && value < most),
  );
  if (wrong === undefined) return;
  throw new GenError("data", `compareTables: column "${name}": expected the index of a category, got ${wrong}`);
}

/** Categories as cells; a gap is the first. */
function codesOf(values: Float64Array): Int32Array {
  return Int32Array.from(values, (value) => (Number.isNaN(value) ? 0 : value + 1));
}

/** Numbers in groups of about equal size, in both sets together; a gap is the first. */
function grouped(values: Float64Array, groups: number): Int32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const ends = Array.from({ length: groups - 1 }, (_, g) => quantile(sorted, (g + 1) / groups));
  return Int32Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1 + ends.filter((end) => value > end).length));
}

/** One cell for each pair of cells that there is. */
function crossed(a: Int32Array, b: Int32Array): Int32Array {
  const width = b.reduce((most, cell) => Math.max(most, cell), 0) + 1;
  return a.map((cell, i) => cell * width + b[i]!);
}

function pairsOf(n: number): (readonly [number, number])[] {
  return Array.from({ length: n }, (_, i) => i).flatMap((i) =>
    Array.from({ length: n - i - 1 }, (_, j) => [i, i + j + 1] as const),
  );
}

/** Pearson's correlation over rows where both are known; 0 where one does not vary. */
function correlation(x: Float64Array, y: Float64Array): number {
  const known = [...x.keys()].filter((i) => !Number.isNaN(x[i]!) && !Number.isNaN(y[i]!));
  const mean = (values: Float64Array): number => known.reduce((sum, i) => sum + values[i]!, 0) / known.length;
  const [ofX, ofY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (const i of known) {
    const [u, v] = [x[i]! - ofX, y[i]! - ofY];
    xx += u * u;
    yy += v * v;
    xy += u * v;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
