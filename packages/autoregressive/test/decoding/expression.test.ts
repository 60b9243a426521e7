import { key, uniformDraws } from "@gen/core";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../../src/decoding/constrain/automaton.js";
import { languageOf } from "../../src/decoding/constrain/expression.js";
import { accepting, someTexts } from "./languages.js";

/** An expression by chance: atoms, groups, classes, alternatives and counts, within each other. */
function anyExpression(seed: number): string {
  const u = uniformDraws(key(seed), 200);
  let at = 0;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(u[at++ % u.length]! * list.length)]!;
  const atom = (depth: number): string =>
    depth > 0 && pick([0, 1, 2]) === 0
      ? `${pick(["(", "(?:", "(?<g>"])}${alternatives(depth - 1)})`
      : pick([
          "a",
          "b",
          "é",
          ".",
          "[ab]",
          "[^a]",
          "[^ab\\d]",
          "\\d",
          "\\D",
          "\\w",
          "\\p{L}",
          "\\P{Ll}",
          "[a-c1]",
          "\\u{62}",
        ]);
  const counts = ["", "", "", "*", "+", "?", "{2}", "{1}?", "{0,2}", "{1,}", "*?", "{0}"];
  const run = (depth: number): string =>
    Array.from({ length: pick([0, 1, 2, 3]) }, () => atom(depth) + pick(counts)).join("");
  const alternatives = (depth: number): string => Array.from({ length: pick([1, 1, 2]) }, () => run(depth)).join("|");
  return alternatives(2).replaceAll("?<g>", (_, i: number) => `?<g${i}>`);
}

/** All texts of at most `most` of some characters. */
function allTexts(characters: readonly string[], most: number): string[] {
  const longer = (text: string): string[] => [
    text,
    ...(text.length < most ? characters.flatMap((c) => longer(text + c)) : []),
  ];
  return longer("");
}

describe("regular languages", () => {
  it("are those of JavaScript's expressions, whatever is within what", () => {
    const texts = allTexts(["a", "b", "é", "1"], 4);
    let [inside, outside] = [0, 0];
    for (let seed = 0; seed < 80; seed++) {
      const expression = anyExpression(seed);
      const [ours, theirs] = [accepting(languageOf(expression)), new RegExp(`^(?:${expression})$`, "u")];
      const wrong = texts.find((text) => ours(text) !== theirs.test(text));
      expect([expression, wrong]).toEqual([expression, undefined]);
      for (const text of texts)
        if (ours(text)) inside++;
        else outside++;
    }
    expect(Math.min(inside, outside)).toBeGreaterThan(3000);
  });

  it("have only texts that their expressions match", () => {
    const expressions = [
      "(?:ab|cd){2,3}",
      "[\\w.-]+@[a-z]+\\.(de|com)",
      "(?:(?:a|b{2})*c){1,2}|",
      "\\p{Script=Greek}{2,5}\\s\\P{L}",
      "[^\\p{L}\\d]{3}",
      "^[😀-😏]{1,3}$|^x$",
      "[\\u0000-\\u{10ffff}]{0,4}",
      "\\ud83d\\udc4b.[\\b\\-\\]]",
    ];
    for (const expression of expressions) {
      const theirs = new RegExp(`^(?:${expression})$`, "u");
      for (const text of someTexts(languageOf(expression), 40)) expect(text).toMatch(theirs);
    }
  });

  it("know the marks of an expression", () => {
    const of = (expression: RegExp, text: string): boolean => accepting(languageOf(expression))(text);
    expect([of(/a.b/, "a\nb"), of(/a.b/s, "a\nb"), of(/a.b/s, "a b")]).toEqual([false, true, true]);
    expect([of(/^a|b$/, "a"), of(/^a|b$/, "b"), of(/^a|b$/, "ab")]).toEqual([true, true, false]);
    expect([of(new RegExp("[]"), ""), of(/[^]/, "\n"), of(new RegExp("a|[]"), "a")]).toEqual([false, true, true]);
  });

  it("cover code points by exactly their bytes", () => {
    for (const [first, last] of [
      [0, 0x10ffff],
      [0x7f, 0x801],
      [0xfffe, 0x10010],
      [0x3c0, 0x20ac],
    ] as const) {
      const covered = bytesOf([first, last]).reduce(
        (sum, parts) => sum + parts.reduce((n, [a, b]) => n * (b - a + 1), 1),
        0,
      );
      expect(covered).toBe(last - first + 1);
    }
  });

  it.each<[string | RegExp, string]>([
    ["(?=a)b", "a plain group (it must be regular) at 1 of the expression, got (?="],
    ["a\\1", "an escape that is known (it must be regular) at 1 of the expression, got \\1"],
    ["\\bA", "an escape that is known (it must be regular) at 0 of the expression, got \\b"],
    ["\\p{Nothing}", "a property of Unicode, as \\p{L} at 0 of the expression, got \\p{Nothing}"],
    ["(a", 'expected ")" at 2'],
    ["*a", "expected a character at 0"],
    ["a**", "expected a character at 2"],
    ["(?:^a|b)c", "^ only where a text begins at 3"],
    ["(a$)b", "$ only where a text ends at 2"],
    ["a$b", "its end at 2"],
    ["[b-a]", "a range upwards, of characters at 4 of the expression, got [b-a"],
    ["[\\d-z]", "a range upwards"],
    ["a{3,2}", "the fewer first"],
    ["a{2001}", "at most 1000 repetitions"],
    ["a{x}", "a count such as {2,5}"],
    ["a)", "its end at 1"],
    ["[a", "expected more at 2"],
    ["\\u{110000}", "hexadecimal digits of a character at 0"],
    [/a/i, 'without the flag "i", got /a/'],
    [new RegExp("[a--b]", "v"), 'without the flag "v"'],
  ])("say what is not regular or not known: %s", (expression, message) => {
    expect(() => languageOf(expression)).toThrow(message);
  });
});
