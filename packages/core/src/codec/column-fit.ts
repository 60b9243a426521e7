/** @file One column of a table, learned from its values as they pass by. */
import { GenError } from "../error.js";
import type { Column, ColumnInfo } from "./column.js";
import { FINEST, Lattice } from "./lattice.js";
import { Moments } from "./moments.js";

/** Whole numbers beyond are not exact in f32, in which rows come. */
const WHOLE = 2 ** 24;

export class ColumnFit {
  readonly #name: string;
  readonly #info: ColumnInfo | undefined;
  readonly #moments = new Moments();
  readonly #lattice = new Lattice();
  #isWhole = true;
  #gaps = false;

  constructor(info: ColumnInfo | undefined, name: string) {
    this.#info = info;
    this.#name = info?.name ?? name;
    if (info?.kind === "categorical" && (info.categories?.length ?? 0) === 0) {
      throw new GenError("data", `column "${this.#name}": expected the names of its categories, got none`);
    }
    if (info?.rounding !== undefined && !(info.rounding >= 0 && info.rounding < Infinity)) {
      throw new GenError("range", `column "${this.#name}": expected a rounding ≥ 0, got ${info.rounding}`);
    }
  }

  /** @throws GenError `data` for a value that the column cannot have */
  add(value: number, { isKnown, row }: { readonly isKnown: boolean; readonly row: number }): void {
    const info = this.#info;
    const wrong = (wanted: string, fix?: string): GenError =>
      new GenError(
        "data",
        `row ${row}, column "${this.#name}": expected ${wanted}, got ${isKnown ? value : "none"}`,
        fix === undefined ? {} : { fix },
      );
    if (!isKnown) {
      if (info !== undefined && info.gaps !== true)
        throw wrong("a value, as it has no gaps", "declare it with `gaps: true`");
      this.#gaps = true;
      return;
    }
    if (!Number.isFinite(value)) throw wrong("a finite number");
    const isWhole = Number.isInteger(value);
    if (info?.kind === "categorical" && !(isWhole && value >= 0 && value < info.categories!.length)) {
      throw wrong(`a category from 0 to ${info.categories!.length - 1}`);
    }
    if (info?.kind === "integer" && !isWhole) throw wrong("a whole number", 'declare it as "real"');
    if (info?.kind === "integer" && Math.abs(value) > WHOLE) {
      throw wrong(`a whole number up to ${WHOLE}`, 'subtract an offset, or declare it as "real"');
    }
    this.#isWhole &&= isWhole && Math.abs(value) <= WHOLE;
    this.#moments.add(value);
    if (info?.rounding === undefined) this.#lattice.add(value);
  }

  /** What was learned. @throws GenError `data` for a column without values */
  column(): Column {
    const info = this.#info;
    const { count, low, high, mean, std } = this.#moments;
    const named = info?.unit === undefined ? { name: this.#name } : { name: this.#name, unit: info.unit };
    if (count === 0) {
      throw new GenError("data", `column "${this.#name}": expected values, got only gaps`, {
        fix: "leave the column out",
      });
    }
    const gaps = info?.gaps ?? this.#gaps;
    const isCategorical = info?.kind === "categorical";
    if (low === high && !gaps) {
      return { ...named, kind: "constant", value: low, ...(isCategorical ? { categories: info.categories! } : {}) };
    }
    if (isCategorical) return { ...named, kind: "categorical", gaps, categories: info.categories! };
    const kind = info?.kind ?? (this.#isWhole ? "integer" : "real");
    const given = info?.rounding ?? (kind === "integer" ? 1 : this.#lattice.rounding);
    const finest = Math.max(Math.abs(low), Math.abs(high)) / FINEST;
    const rounding = kind === "real" && given < finest ? 0 : given;
    if (low === high && rounding === 0) {
      throw new GenError(
        "data",
        `column "${this.#name}": expected numbers that vary, got ${low} wherever it is known`,
        {
          fix: "declare it as categorical, or leave it out",
        },
      );
    }
    return { ...named, kind, gaps, rounding, low, high, mean, std: low === high ? rounding : std };
  }
}
