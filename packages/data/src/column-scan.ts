/** @file What kind of column some words make: numbers, whole numbers, categories, gaps. They pass by once. */
import { GenError, nearestName } from "@gen/core";
import { Lattice, type ColumnInfo } from "@gen/core/codec";

/** What a person says of a column; what is left out is found in its words. */
export interface ColumnOptions {
  readonly kind?: ColumnInfo["kind"];
  /** The categories that there are; another word is an error. @default those that are found, in order */
  readonly categories?: readonly string[];
  /** What the numbers were rounded to; 0 for not at all. @default found in the decimals */
  readonly rounding?: number;
  /** In words: "US dollars". */
  readonly unit?: string;
}

export interface ColumnScanOptions extends ColumnOptions {
  /** How errors call the file. */
  readonly file: string;
  readonly name: string;
  /** Words that stand for a missing value. */
  readonly gaps: ReadonlySet<string>;
  /** What stands before the decimals. @default "." */
  readonly decimal?: "." | ",";
  /** Most categories that a column may have. */
  readonly limit: number;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Beyond, f32 skips whole numbers. */
const WHOLE = 2 ** 24;

export class ColumnScan {
  readonly #options: ColumnScanOptions;
  readonly #lattice = new Lattice({ epsilon: 2 ** -50 });
  /** Every word, until there are too many to be categories. */
  readonly #words = new Set<string>();
  #isMany = false;
  #isWhole = true;
  #hasGaps = false;
  #count = 0;
  #firstText: { readonly word: string; readonly line: number } | undefined;
  #indices: ReadonlyMap<string, number> | undefined;

  constructor(options: ColumnScanOptions) {
    this.#options = options;
    if (options.categories !== undefined) this.#index(options.categories);
  }

  /** @throws GenError `data` naming line and column of a word that the column cannot have */
  add(text: string, line: number): void {
    const { kind, categories, gaps, limit } = this.#options;
    const word = text.trim();
    if (gaps.has(word)) {
      this.#hasGaps = true;
      return;
    }
    this.#count++;
    if (categories !== undefined) {
      if (!this.#indices!.has(word)) throw this.#unknown(word, line);
      return;
    }
    const value = kind === "categorical" ? undefined : this.#number(word);
    if (value === undefined) this.#firstText ??= { word, line };
    else {
      this.#isWhole &&= Number.isInteger(value) && Math.abs(value) <= WHOLE;
      this.#lattice.add(value);
      if (kind === "integer" && !this.#isWhole) throw this.#wrong({ word, line }, `a whole number up to ${WHOLE}`);
    }
    if (!this.#isMany) this.#words.add(word);
    if (this.#words.size > limit) {
      this.#isMany = true;
      this.#words.clear();
    }
    const isNumeric = kind === "real" || kind === "integer";
    if (this.#firstText !== undefined && (this.#isMany || isNumeric)) {
      throw this.#wrong(this.#firstText, isNumeric ? "a number" : `numbers, or at most ${limit} different words`);
    }
  }

  /** What the words were. @throws GenError `data` if there were only gaps */
  info(): ColumnInfo {
    const { name, file, unit, categories, rounding } = this.#options;
    if (this.#count === 0) {
      throw new GenError("data", `${file}: column "${name}": expected values, got only gaps`, {
        fix: "omit the column",
      });
    }
    const named = { name, ...(unit === undefined ? {} : { unit }), gaps: this.#hasGaps };
    if (categories !== undefined) return { ...named, kind: "categorical", categories };
    if (this.#options.kind === "categorical" || this.#firstText !== undefined) {
      const found = [...this.#words].sort(inOrder);
      this.#index(found);
      return { ...named, kind: "categorical", categories: found };
    }
    const kind = this.#options.kind ?? (this.#isWhole ? "integer" : "real");
    return { ...named, kind, rounding: rounding ?? (kind === "integer" ? 1 : this.#lattice.rounding) };
  }

  /** The number for a word that was added: NaN for a gap, its index for a category. */
  valueOf(text: string): number {
    const word = text.trim();
    if (this.#options.gaps.has(word)) return NaN;
    return this.#indices === undefined ? this.#number(word)! : this.#indices.get(word)!;
  }

  #number(word: string): number | undefined {
    const plain = this.#options.decimal === "," ? word.replace(",", ".") : word;
    if (!NUMBER.test(plain)) return undefined;
    const value = Number(plain);
    return Math.abs(value) < 3.4e38 ? value : undefined; //           what f32 holds
  }

  #index(categories: readonly string[]): void {
    this.#indices = new Map(categories.map((word, i) => [word, i]));
  }

  #unknown(word: string, line: number): GenError {
    const { categories } = this.#options;
    const near = nearestName(word, categories!);
    const some = `${categories!.slice(0, 4).join(", ")}${categories!.length > 4 ? ", …" : ""}`;
    return this.#wrong({ word, line }, `one of ${some}`, near === undefined ? undefined : `did you mean "${near}"?`);
  }

  #wrong(at: { readonly word: string; readonly line: number }, wanted: string, fix?: string): GenError {
    const { file, name } = this.#options;
    const got = JSON.stringify(at.word.length > 40 ? `${at.word.slice(0, 40)}…` : at.word);
    return new GenError("data", `${file}: line ${at.line}, column "${name}": expected ${wanted}, got ${got}`, {
      fix: fix ?? "correct it, say which words are gaps, declare the kind of the column, or omit it",
    });
  }
}

/** Numbers by size, before words by their letters. */
function inOrder(a: string, b: string): number {
  const [m, n] = [NUMBER.test(a), NUMBER.test(b)];
  if (m && n) return Number(a) - Number(b) || (a < b ? -1 : 1);
  return m !== n ? (m ? -1 : 1) : a < b ? -1 : 1;
}
