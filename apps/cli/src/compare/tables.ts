/** @file Two sides that are tables: columns by name, categories by their words, whatever their numbers on either side. */
import { GenError, key, type NdArray } from "@gen/core";
import { compareTables } from "@gen/eval";
import type { Compared } from "./show.js";
import type { Side, SideColumn } from "./side.js";

/** Each column and each pair of columns of two tables. @throws GenError `data` naming what does not go together */
export async function compareRows(
  [a, b]: readonly [Side, Side],
  { n, seed }: { readonly n: number; readonly seed: number },
): Promise<Compared> {
  const own = { a: a.columns ?? b.columns ?? [], b: b.columns ?? a.columns ?? [] };
  const names = (columns: readonly SideColumn[]): string => columns.map(({ name }) => name).join(", ");
  if (names(own.a) !== names(own.b)) {
    throw new GenError(
      "data",
      `gen eval: expected the same columns, got ${names(own.a)} in ${a.shown} and ${names(own.b)} in ${b.shown}`,
    );
  }
  const columns = own.a.map((column, i) => merged(column, own.b[i]!, { a: a.shown, b: b.shown }));
  const codes = columns.map(({ categories }, i) =>
    categories === undefined ? undefined : own.b[i]!.categories!.map((word) => categories.indexOf(word)),
  );
  const counts = { a: 0, b: 0 };
  async function* rowsOf(side: Side, which: "a" | "b"): AsyncGenerator<NdArray> {
    for await (const rows of side.samples(n)) {
      counts[which] += rows.shape[0]!;
      yield which === "a" ? rows : recoded(rows, codes);
    }
  }
  const tables = await compareTables(rowsOf(a, "a"), rowsOf(b, "b"), { columns, limit: n, key: key(seed) });
  return { a: a.shown, b: b.shown, by: "their columns", rows: counts, tables };
}

interface Merged extends SideColumn {
  readonly kind: "real" | "categorical";
}

/** A column with the categories of the first side, then those that only the second has. */
function merged(a: SideColumn, b: SideColumn, shown: { readonly a: string; readonly b: string }): Merged {
  const { name } = a;
  if (a.categories === undefined && b.categories === undefined) return { name, kind: "real" };
  if (a.categories === undefined || b.categories === undefined) {
    const [words, numbers] = a.categories === undefined ? [shown.b, shown.a] : [shown.a, shown.b];
    throw new GenError(
      "data",
      `gen eval: column "${name}": expected words or numbers on both sides, got words in ${words} and numbers in ${numbers}`,
    );
  }
  return { name, kind: "categorical", categories: [...new Set([...a.categories, ...b.categories])] };
}

/** Categories by other numbers; a gap stays one. */
function recoded(rows: NdArray, codes: readonly (readonly number[] | undefined)[]): NdArray {
  const data = Float32Array.from(rows.data as Float32Array, (value, i) => codes[i % codes.length]?.[value] ?? value);
  return { ...rows, data };
}
