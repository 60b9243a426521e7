/** @file Regular expressions read as languages: what JavaScript writes, as far as it is regular. */
import { GenError } from "@gen/core";
import { allBut, characters, LAST, oneOf, repeat, sequence, type Language, type Range } from "./language.js";

const DIGIT: Range[] = [[0x30, 0x39]];
const WORD: Range[] = [...DIGIT, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE: Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const NEW_LINES: Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const CLASSES: Readonly<Record<string, readonly Range[]>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: allBut(DIGIT),
  W: allBut(WORD),
  S: allBut(SPACE),
};
const CONTROL: Readonly<Record<string, number>> = { n: 0x0a, t: 0x09, r: 0x0d, f: 0x0c, v: 0x0b, "0": 0 };

/** The most a part may be said to repeat. */
const MOST = 1000;

/**
 * The texts that an expression matches as a whole.
 *
 * @throws GenError `option` naming the place of what is not regular or not known
 */
export function languageOf(expression: string | RegExp): Language {
  if (typeof expression !== "string" && /[^uvgsd]/.test(expression.flags)) {
    throw new GenError("option", `constraint: expected an expression without the flags "${expression.flags}", got it`);
  }
  return new Parser(typeof expression === "string" ? expression : expression.source).whole();
}

class Parser {
  readonly #all: readonly string[];
  #at = 0;

  constructor(source: string) {
    this.#all = Array.from(source);
  }

  whole(): Language {
    if (this.#peek() === "^") this.#at++;
    const found = this.#alternatives();
    if (this.#at < this.#all.length) throw this.#wrong("its end", this.#peek()!);
    return found;
  }

  #alternatives(): Language {
    const parts = [this.#run()];
    while (this.#peek() === "|") {
      this.#at++;
      parts.push(this.#run());
    }
    return parts.length === 1 ? parts[0]! : oneOf(...parts);
  }

  #run(): Language {
    const parts: Language[] = [];
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek()) {
      if (next === "$" && this.#at === this.#all.length - 1) {
        this.#at++;
        break;
      }
      parts.push(this.#repeated(this.#atom()));
    }
    return sequence(...parts);
  }

  #atom(): Language {
    const c = this.#take();
    if (c === "(") return this.#group();
    if (c === "[") return characters(this.#set());
    if (c === ".") return characters(allBut(NEW_LINES));
    if (c === "\\") return characters(this.#escape());
    if ("*+?{}^$".includes(c)) throw this.#wrong("a character", c, 1);
    return characters([pointOf(c)]);
  }

  #group(): Language {
    if (this.#peek() === "?") {
      if (this.#all[this.#at + 1] !== ":")
        throw this.#wrong("a plain group (it must be regular)", `(?${this.#all[this.#at + 1] ?? ""}`);
      this.#at += 2;
    }
    const inside = this.#alternatives();
    if (this.#peek() !== ")") throw this.#wrong('")"', this.#peek() ?? "the end");
    this.#at++;
    return inside;
  }

  #repeated(part: Language): Language {
    const [least, most] = this.#counts() ?? [1, 1];
    if (least === 1 && most === 1) return part;
    if (this.#peek() === "?") this.#at++; // as few as possible: the same texts
    const isTooMuch = least > MOST || (most !== Infinity && most > MOST);
    if (isTooMuch || most < least)
      throw this.#wrong(`at most ${MOST} repetitions, the fewer first`, `{${least},${most}}`);
    return this.#repeated(repeat(part, least, most));
  }

  #counts(): [number, number] | undefined {
    const c = this.#peek();
    const plain = { "*": [0, Infinity], "+": [1, Infinity], "?": [0, 1] }[c ?? ""] as [number, number] | undefined;
    if (plain !== undefined) {
      this.#at++;
      return plain;
    }
    if (c !== "{") return undefined;
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.#all.slice(this.#at).join(""));
    if (found === null) throw this.#wrong("a count such as {2,5}", "{");
    this.#at += found[0].length;
    const least = Number(found[1]);
    return [least, found[2] === undefined ? least : found[3] === "" ? Infinity : Number(found[3])];
  }

  #set(): Range[] {
    const isNot = this.#peek() === "^";
    if (isNot) this.#at++;
    const ranges: Range[] = [];
    for (let c = this.#take(); c !== "]"; c = this.#take()) {
      const from: readonly Range[] = c === "\\" ? this.#escape() : [pointOf(c)];
      const isRange = this.#peek() === "-" && this.#all[this.#at + 1] !== "]";
      if (!isRange) {
        ranges.push(...from);
        continue;
      }
      this.#at++;
      const d = this.#take();
      const to = d === "\\" ? this.#escape() : [pointOf(d)];
      if (from.length !== 1 || to.length !== 1 || to[0]![0] < from[0]![0])
        throw this.#wrong("a range upwards", `${c}-${d}`);
      ranges.push([from[0]![0], to[0]![1]]);
    }
    return isNot ? allBut(ranges) : ranges;
  }

  #escape(): readonly Range[] {
    const c = this.#take();
    const known = CLASSES[c];
    if (known !== undefined) return known;
    const control = CONTROL[c];
    if (control !== undefined) return [[control, control]];
    if (c === "x" || c === "u") return this.#hexadecimal(c);
    if (/[1-9a-zA-Z]/.test(c)) throw this.#wrong("an escape that is known (it must be regular)", `\\${c}`);
    return [pointOf(c)];
  }

  #hexadecimal(kind: "x" | "u"): readonly Range[] {
    const rest = this.#all.slice(this.#at).join("");
    const found = (kind === "x" ? /^([0-9a-f]{2})/i : /^(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{4}))/i).exec(rest);
    const point = parseInt(found?.[1] ?? found?.[2] ?? "", 16);
    if (found === null || point > LAST) throw this.#wrong("hexadecimal digits of a character", `\\${kind}`);
    this.#at += found[0].length;
    return [[point, point]];
  }

  #peek(): string | undefined {
    return this.#all[this.#at];
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
