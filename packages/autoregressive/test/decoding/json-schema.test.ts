import { describe, expect, it } from "vitest";
import { languageOfSchema } from "../../src/decoding/constrain/json-schema.js";
import { accepting, someTexts } from "./languages.js";

type Json = Readonly<Record<string, unknown>>;

/** Whether a schema takes a value, as the specification has it, of the keywords that are known; written apart from ours. */
function takes(schema: unknown, value: unknown, root: unknown = schema): boolean {
  const s = schema as Json & {
    readonly properties?: Json;
    readonly required?: string[];
    readonly enum?: unknown[];
    readonly prefixItems?: unknown[];
    readonly minItems?: number;
    readonly maxItems?: number;
    readonly minLength?: number;
    readonly maxLength?: number;
    readonly pattern?: string;
  };
  const ok = (part: unknown, of: unknown): boolean => takes(part, of, root);
  if (typeof s["$ref"] === "string") {
    const names = s["$ref"].split("/").slice(1);
    return ok(
      names.reduce((at, name) => (at as Json)[name], root),
      value,
    );
  }
  if (Array.isArray(s["anyOf"]) && !s["anyOf"].some((part) => ok(part, value))) return false;
  if (Array.isArray(s["oneOf"]) && s["oneOf"].filter((part) => ok(part, value)).length !== 1) return false;
  const same = (a: unknown): boolean => JSON.stringify(a) === JSON.stringify(value);
  if ("const" in s && !same(s["const"])) return false;
  if (s.enum !== undefined && !s.enum.some(same)) return false;
  const is = (type: unknown): boolean =>
    type === "integer"
      ? Number.isInteger(value)
      : type === "null"
        ? value === null
        : type === "array"
          ? Array.isArray(value)
          : type === "object"
            ? typeof value === "object" && value !== null && !Array.isArray(value)
            : typeof value === type;
  if (s["type"] !== undefined && ![s["type"]].flat().some(is)) return false;
  if (typeof value === "number") {
    const within = (name: string, holds: (bound: number) => boolean): boolean =>
      s[name] === undefined || holds(Number(s[name]));
    return (
      within("minimum", (b) => value >= b) &&
      within("maximum", (b) => value <= b) &&
      within("exclusiveMinimum", (b) => value > b) &&
      within("exclusiveMaximum", (b) => value < b)
    );
  }
  if (typeof value === "string") {
    const { length } = Array.from(value);
    const fits = length >= (s.minLength ?? 0) && length <= (s.maxLength ?? Infinity);
    return fits && (s.pattern === undefined || new RegExp(s.pattern, "u").test(value));
  }
  if (Array.isArray(value)) {
    const { prefixItems: fixed = [] } = s;
    const fits = value.length >= (s.minItems ?? 0) && value.length <= (s.maxItems ?? Infinity);
    const others = s["items"] ?? fixed.length === 0;
    return (
      fits &&
      value.every((item, i) =>
        i < fixed.length ? ok(fixed[i], item) : others === true || (others !== false && ok(others, item)),
      )
    );
  }
  if (typeof value === "object" && value !== null && s["type"] !== undefined) {
    const {
      properties = {},
      required = [],
      additionalProperties: others = false,
    } = s as Json & { properties?: Json; required?: string[] };
    if (!required.every((name) => Object.hasOwn(value, name))) return false;
    return Object.entries(value).every(([name, own]) =>
      Object.hasOwn(properties, name) ? ok(properties[name], own) : others !== false && ok(others, own),
    );
  }
  return true;
}

const point = {
  type: "object",
  required: ["x"],
  properties: { x: { type: "number" }, y: { type: ["boolean", "null"] } },
};
const circle = {
  type: "object",
  required: ["kind", "r"],
  properties: { kind: { const: "circle" }, r: { type: "number", exclusiveMinimum: 0 } },
};
const square = {
  type: "object",
  required: ["kind"],
  properties: { kind: { enum: ["square", "box"] }, side: { type: "integer", minimum: 1, maximum: 12 } },
};

const SCHEMAS: readonly (readonly [string, Json, takes: readonly unknown[], refuses: readonly unknown[]])[] = [
  ["any text", { type: "string" }, ["", 'say "no"\\', "a\nb\u0001\u007f", "日本 👋", "\u2028"], [1, null]],
  [
    "lengths in characters",
    { type: "string", minLength: 2, maxLength: 3 },
    ["ab", "👋👋", '"\\\n'],
    ["a", "abcd", "👋"],
  ],
  [
    "a pattern with quotes",
    { type: "string", pattern: '^.[^a]\\S"$' },
    ['xb\\"', '"""" '.slice(0, 4)],
    ['xa-"', "xb-"],
  ],
  ["a pattern anywhere", { type: "string", pattern: "ab|c$" }, ["ab", "xaby\n", "c", "abc"], ["a b", "cd"]],
  ["a pattern of a beginning", { type: "string", pattern: "^\\p{Lu}" }, ["A", "Ω\n"], ["a", ""]],
  [
    "several types",
    { type: ["string", "null", "integer"], maxLength: 2, minimum: 5 },
    ["ab", null, 7],
    ["abc", 4, 7.5, true],
  ],
  ["some values", { type: ["string", "number"], enum: ["a", 3, null, "é"] }, ["a", 3, "é"], [null, "b"]],
  ["bounds", { type: "integer", minimum: -12, exclusiveMaximum: 105 }, [-12, -1, 0, 9, 99, 104], [-13, 105, 1000]],
  ["a bound below", { type: "integer", exclusiveMinimum: -3.5 }, [-3, 0, 123456789], [-4, -10]],
  [
    "decimals",
    { type: "number", minimum: -0.25, maximum: 1.5 },
    [-0.25, -0.2, 0, 0.001, 1, 1.5, 1.4999],
    [-0.26, -1, 1.51, 2, 15],
  ],
  [
    "open decimals",
    { type: "number", exclusiveMinimum: 2, exclusiveMaximum: 2.05 },
    [2.01, 2.0499, 2.0001],
    [2, 2.05, 2.5, 3],
  ],
  ["tiny decimals", { type: "number", exclusiveMinimum: 0, maximum: 1e-7 }, [], [0, 2e-7, 1, -1]],
  ["numbers below 0", { type: "number", exclusiveMaximum: 0 }, [-1, -0.5, -1e5], [0, 1, 0.5]],
  [
    "a map",
    {
      type: "object",
      required: ["id"],
      properties: { id: { type: "integer" }, ok: { type: "boolean" } },
      additionalProperties: { type: "null" },
    },
    [{ id: 1 }, { id: 1, a: null }, { id: 2, ok: true, i: null, "ok ": null, "": null }],
    [{ a: null }, { id: 1, a: 2 }, { id: 1, ok: null }],
  ],
  [
    "only a map",
    { type: "object", additionalProperties: { type: "integer", minimum: 0, maximum: 9 } },
    [{}, { a: 1, b: 2 }],
    [{ a: 10 }],
  ],
  [
    "all that may be left out",
    { type: "object", properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } } },
    [{}, { a: 1 }, { b: 2 }, { a: 1, c: 3 }],
    [{ a: 2 }],
  ],
  [
    "lists",
    { type: "array", items: { enum: ["a", 3, null] }, minItems: 1, maxItems: 3 },
    [["a"], [3, null, 3]],
    [[], [1], ["a", "a", "a", "a"]],
  ],
  [
    "a fixed list",
    { type: "array", prefixItems: [{ type: "boolean" }, point], minItems: 1 },
    [[true], [true, { x: 1 }]],
    [[], [1], [true, { x: 1 }, 1]],
  ],
  [
    "a fixed list and more",
    { type: "array", prefixItems: [{ const: "p" }], items: { type: "integer" }, maxItems: 3 },
    [[], ["p"], ["p", 1, 2]],
    [[1], ["p", 1, 2, 3]],
  ],
  [
    "one of several",
    { oneOf: [circle, square, { type: "null" }] },
    [{ kind: "circle", r: 1 }, { kind: "box", side: 12 }, null],
    [
      { kind: "box", side: 13 },
      { kind: "circle", r: 0 },
    ],
  ],
  [
    "references",
    {
      type: "array",
      items: { $ref: "#/$defs/p" },
      maxItems: 2,
      $defs: { p: { anyOf: [point, { $ref: "#/$defs/q" }] }, q: { const: { deep: ["a", 1] } } },
    },
    [[{ x: 1.5, y: null }, { deep: ["a", 1] }]],
    [[{ y: null }], [{ deep: ["a", 2] }]],
  ],
];

describe("the JSON that a schema takes", () => {
  it.each(SCHEMAS)("%s", (_, schema, good, bad) => {
    const language = languageOfSchema(schema);
    const accepts = accepting(language);
    for (const value of good)
      expect([value, accepts(JSON.stringify(value)), takes(schema, value)]).toEqual([value, true, true]);
    for (const value of bad)
      expect([value, accepts(JSON.stringify(value)), takes(schema, value)]).toEqual([value, false, false]);
    for (const text of someTexts(language, 30)) {
      const value: unknown = JSON.parse(text);
      expect([text, takes(schema, value)]).toEqual([text, true]);
    }
  });

  it("has every number of few digits between its bounds, and no other", () => {
    const written = Array.from({ length: 4001 }, (_, i) => (i - 2000) / 100).flatMap((v) => [String(v), v.toFixed(2)]);
    const bounds = [-12.5, -3, -0.07, 0, 0.3, 1, 1.25, 9.99, 10, 15.2];
    for (const type of ["number", "integer"]) {
      for (const [i, low] of bounds.entries()) {
        const schema = {
          type,
          [i % 2 === 0 ? "minimum" : "exclusiveMinimum"]: low,
          [i % 3 === 0 ? "maximum" : "exclusiveMaximum"]: bounds[(i + 1 + (i % 4)) % bounds.length]!,
        };
        const values = written.filter(
          (text) => text !== "-0.00" && takes(schema, Number(text)) && (type === "number" || !text.includes(".")),
        );
        if (values.length === 0) {
          expect(() => languageOfSchema(schema)).toThrow("between at #");
          continue;
        }
        const accepts = accepting(languageOfSchema(schema));
        expect(written.filter(accepts)).toEqual(values);
      }
    }
  });

  it.each<[string, object, string]>([
    ["a keyword", { type: "integer", multipleOf: 3 }, "exclusiveMaximum here at #/multipleOf, got 3"],
    ["a keyword of another type", { type: "string", minimum: 3 }, "maxLength here at #/minimum, got 3"],
    ["a type", { type: "date" }, 'or a list of them at #/type, got "date"'],
    ["no type", { properties: {} }, "at #/type, got nothing"],
    ["a schema that is none", { type: "array", items: true }, "an object at #/items, got true"],
    [
      "more properties",
      { type: "object", additionalProperties: true },
      "an object at #/additionalProperties, got true",
    ],
    [
      "itself",
      { $ref: "#/$defs/a", $defs: { a: { type: "array", items: { $ref: "#/$defs/a" } } } },
      "no schema within itself",
    ],
    [
      "all of itself",
      { type: "array", items: { $ref: "#" } },
      "no schema within itself, which is not regular at #/items/$ref",
    ],
    ["another place", { $ref: "http://x" }, "a place in this schema"],
    [
      "a place that is none",
      { $ref: "#/$defs/b", $defs: {} },
      'a place that there is in this schema at #/$ref, got "#/$defs/b"',
    ],
    ["a name that is none", { type: "object", required: ["x"] }, "names of its properties"],
    ["beside alternatives", { type: "object", anyOf: [point] }, "only anyOf here at #/type"],
    ["values of another type", { type: "string", enum: [1, null] }, "a value of type string at #/enum, got [1,null]"],
    ["no number", { type: "integer", minimum: 3.2, maximum: 3.8 }, "bounds with an integer between at #"],
    ["a bound that is none", { type: "number", minimum: "3" }, 'a number at #/minimum, got "3"'],
    ["lengths beside a pattern", { type: "string", pattern: "a", minLength: 2 }, "without lengths beside it"],
    ["a pattern", { type: "string", pattern: "(?=a)" }, "a plain group"],
    [
      "parts that meet",
      { oneOf: [{ type: "integer" }, { type: "number" }] },
      "differs from those before it in type or in a constant at #/oneOf/1",
    ],
    ["objects that meet", { oneOf: [point, { type: "object", properties: {} }] }, "at #/oneOf/1"],
    ["too few items", { type: "array", prefixItems: [point], minItems: 2 }, "at most 1, as prefixItems has"],
  ])("says what it cannot honour: %s", (_, schema, message) => {
    expect(() => languageOfSchema(schema)).toThrow(message);
  });
});
