/** @file Rows of a table looked at on the host: graphs cannot complain about a value. */
import { singleText } from "../dtype.js";
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import { showShape } from "../shape.js";
import type { CheckOptions } from "./codec.js";
import { hasGaps, type Column } from "./column.js";

/** @throws GenError `shape` for rows of another width, `data` for a value that cannot be, with its row and column */
export function checkTable(x: NdArray, columns: readonly Column[], { mask, first = 0 }: CheckOptions): void {
  const [rows = 0, width] = x.shape;
  if (x.shape.length !== 2 || width !== columns.length) {
    throw new GenError(
      "shape",
      `table: expected rows of ${columns.length} numbers, got ${showShape(x.shape.slice(1))}`,
      {
        fix: `give the columns ${columns.map(({ name }) => name).join(", ")}`,
      },
    );
  }
  for (let i = 0, at = 0; i < rows; i++) {
    for (const column of columns) {
      const value = Number(x.data[at]);
      const isKnown = mask === undefined ? !Number.isNaN(value) : Number(mask.data[at]) > 0.5;
      at++;
      const wanted = isKnown ? complaintOf(column, value) : hasGaps(column) ? undefined : "a value, as it has no gaps";
      if (wanted === undefined) continue;
      const got = isKnown ? singleText(value) : "none";
      throw new GenError("data", `table: row ${first + i}, column "${column.name}": expected ${wanted}, got ${got}`);
    }
  }
}

/** What was expected of a value that cannot be; undefined for one that can. */
function complaintOf(column: Column, value: number): string | undefined {
  if (!Number.isFinite(value)) return "a finite number";
  switch (column.kind) {
    case "constant":
      return near(value, column.value) ? undefined : `${column.value}, as in every training row`;
    case "categorical": {
      const last = column.categories.length - 1;
      const isIndex = Number.isInteger(value) && value >= 0 && value <= last;
      return isIndex ? undefined : `a category from 0 to ${last}`;
    }
    default: {
      const { rounding } = column;
      if (rounding === 0) return undefined;
      return near(Math.round(value / rounding) * rounding, value) ? undefined : `a multiple of ${rounding}`;
    }
  }
}

/** Equal but for the rounding to f32. */
function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 2 ** -22 * Math.max(Math.abs(a), Math.abs(b));
}
