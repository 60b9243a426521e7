/** @file Regular expressions read as languages: what JavaScript writes with the flag u, as far as it is regular. */
import { GenError } from "@gen/core";
import { CLASSES, havingProperty, NEW_LINES } from "./classes.js";
import { allBut, characters, LAST, oneOf, repeat, sequence, type Language, type Range } from "./language.js";

const CONTROL: Readonly<Record<string, number>> = { n: 0x0a, t: 0x09, r: 0x0d, f: 0x0c, v: 0x0b, "0": 0 };

/** The most a part may be said to repeat. */
const MOST = 1000;

export interface ExpressionOptions {
  /** Texts that may stand where an alternative has no ^ or $. @default none: the whole text is matched */
  readonly around?: Language;
}

/**
 * The texts that an expression matches as a whole.
 *
 * @throws GenError `option` naming the place of what is not regular or not known
 */
export function languageOf(expression: string | RegExp, { around }: ExpressionOptions = {}): Language {
  const [source, flags] = typeof expression === "string" ? [expression, ""] : [expression.source, expression.flags];
  const other = /[^ugsd]/.exec(flags);
  if (other !== null) {
    throw new GenError("option", `constraint: expected an expression without the flag "${other[0]}", got /${source}/`, {
      fix: other[0] === "i" ? "write both cases, as [aA]" : "leave it out",
    });
  }
  return new Parser(source, { around: around ?? sequence(), dot: flags.includes("s") ? [] : NEW_LINES }).whole();
}

class Parser {
  readonly #all: readonly string[];
  readonly #around: Language;
  /** What a dot does not stand for. */
  readonly #dot: readonly Range[];
  #at = 0;

  constructor(source: string, { around, dot }: { readonly around: Language; readonly dot: readonly Range[] }) {
    this.#all = Array.from(source);
    this.#around = around;
    this.#dot = dot;
  }

  whole(): Language {
    const found = this.#alternatives(() => {
      const before = this.#skip("^") ? sequence() : this.#around;
      const run = this.#run();
      return sequence(before, run, this.#skip("$") ? sequence() : this.#around);
    });
    if (this.#at < this.#all.length) throw this.#wrong("its end", this.#peek()!);
    return found;
  }

  #alternatives(one: () => Language): Language {
    const parts = [one()];
    while (this.#skip("|")) parts.push(one());
    return oneOf(...parts);
  }

  #run(): Language {
    const parts: Language[] = [];
    const isOver = (next: string | undefined): boolean => next === undefined || "|)$".includes(next);
    while (!isOver(this.#peek())) parts.push(this.#repeated(this.#atom()));
    return sequence(...parts);
  }

  #atom(): Language {
    const c = this.#take();
    if (c === "(") return this.#group();
    if (c === "[") return characters(this.#set());
    if (c === ".") return characters(allBut(this.#dot));
    if (c === "\\") return characters(this.#escape());
    if (c === "^") throw this.#wrong("^ only where a text begins", c, 1);
    if ("*+?{}]".includes(c)) throw this.#wrong("a character", c, 1);
    return characters([pointOf(c)]);
  }

  #group(): Language {
    if (this.#peek() === "?") {
      const found = /^\?(?::|<[\p{ID_Start}_$][\p{ID_Continue}_$]*>)/u.exec(this.#rest());
      if (found === null)
        throw this.#wrong("a plain group (it must be regular)", `(${this.#all.slice(this.#at, this.#at + 2).join("")}`);
      this.#at += Array.from(found[0]).length;
    }
    const inside = this.#alternatives(() => this.#run());
    if (this.#peek() === "$") throw this.#wrong("$ only where a text ends", "$");
    if (!this.#skip(")")) throw this.#wrong('")"', this.#peek() ?? "the end");
    return inside;
  }

  #repeated(part: Language): Language {
    const counts = this.#counts();
    if (counts === undefined) return part;
    const [least, most] = counts;
    this.#skip("?"); // as few as possible: the same texts
    const isTooMuch = least > MOST || (most !== Infinity && most > MOST);
    if (isTooMuch || most < least)
      throw this.#wrong(`at most ${MOST} repetitions, the fewer first`, `{${least},${most}}`);
    return repeat(part, least, most);
  }

  #counts(): readonly [number, number] | undefined {
    if (this.#skip("*")) return [0, Infinity];
    if (this.#skip("+")) return [1, Infinity];
    if (this.#skip("?")) return [0, 1];
    if (this.#peek() !== "{") return undefined;
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.#rest());
    if (found === null) throw this.#wrong("a count such as {2,5}", "{");
    this.#at += found[0].length;
    const least = Number(found[1]);
    return [least, found[2] === undefined ? least : found[3] === "" ? Infinity : Number(found[3])];
  }

  #set(): Range[] {
    const isNot = this.#skip("^");
    const ranges: Range[] = [];
    while (!this.#skip("]")) {
      const from = this.#inSet();
      if (this.#peek() !== "-" || this.#all[this.#at + 1] === "]") {
        ranges.push(...from);
        continue;
      }
      this.#at++;
      const to = this.#inSet();
      const [first, last] = [oneIn(from), oneIn(to)];
      if (first === undefined || last === undefined || last < first)
        throw this.#wrong("a range upwards, of characters", this.#all.slice(0, this.#at).join("").slice(-5));
      ranges.push([first, last]);
    }
    return isNot ? allBut(ranges) : ranges;
  }

  #inSet(): readonly Range[] {
    const c = this.#take();
    if (c !== "\\") return [pointOf(c)];
    return this.#skip("b") ? [[8, 8]] : this.#skip("-") ? [pointOf("-")] : this.#escape();
  }

  #escape(): readonly Range[] {
    const c = this.#take();
    const known = CLASSES[c] ?? (c === "p" || c === "P" ? this.#property(c) : undefined);
    if (known !== undefined) return known;
    const control = CONTROL[c];
    if (control !== undefined) return [[control, control]];
    if (c === "x" || c === "u") return this.#hexadecimal(c);
    if (/[1-9a-zA-Z]/.test(c)) throw this.#wrong("an escape that is known (it must be regular)", `\\${c}`, 2);
    return [pointOf(c)];
  }

  #property(kind: "p" | "P"): readonly Range[] {
    const found = /^\{([^}]*)\}/.exec(this.#rest());
    const ranges = found === null ? undefined : havingProperty(found[1]!);
    if (found === null || ranges === undefined)
      throw this.#wrong("a property of Unicode, as \\p{L}", `\\${kind}${found?.[0] ?? ""}`, 2);
    this.#at += found[0].length;
    return kind === "p" ? ranges : allBut(ranges);
  }

  #hexadecimal(kind: "x" | "u"): readonly Range[] {
    const found =
      kind === "x"
        ? /^([0-9a-f]{2})/i.exec(this.#rest())
        : /^(?:\{([0-9a-f]+)\}|d([89ab][0-9a-f]{2})\\ud([c-f][0-9a-f]{2})|([0-9a-f]{4}))/i.exec(this.#rest());
    const [, whole, high, low, plain] = found ?? [];
    const point =
      high === undefined
        ? parseInt(whole ?? plain ?? "", 16)
        : 0x10000 + ((parseInt(high, 16) - 0x800) << 10) + (parseInt(low!, 16) - 0xc00);
    if (found === null || point > LAST) throw this.#wrong("hexadecimal digits of a character", `\\${kind}`, 2);
    this.#at += found[0].length;
    return [[point, point]];
  }

  #rest(): string {
    return this.#all.slice(this.#at).join("");
  }

  #peek(): string | undefined {
    return this.#all[this.#at];
  }

  /** Whether a character is next, which is then behind. */
  #skip(c: string): boolean {
    if (this.#peek() !== c) return false;
    this.#at++;
    return true;
  }

  #take(): string {
    const c = this.#all[this.#at++];
    if (c === undefined) throw this.#wrong("more", "the end", 1);
    return c;
  }

  #wrong(wanted: string, got: string, back = 0): GenError {
    return new GenError("option", `constraint: expected ${wanted} at ${this.#at - back} of the expression, got ${got}`);
  }
}

function pointOf(c: string): Range {
  return [c.codePointAt(0)!, c.codePointAt(0)!];
}

/** The only code point that there is. */
function oneIn(ranges: readonly Range[]): number | undefined {
  const [only, ...more] = ranges;
  return only !== undefined && more.length === 0 && only[0] === only[1] ? only[0] : undefined;
}
