/**
 * @file A JSON schema as the language of the texts that it takes: properties in the order in which they stand, one space or
 * none after signs. https://json-schema.org/draft/2020-12; what it has and this has not is an error that names it.
 */
import { GenError } from "@gen/core";
import { languageOf } from "./expression.js";
import { allBut, characters, literal, oneOf, optional, repeat, sequence, type Language } from "./language.js";

type Json = Readonly<Record<string, unknown>>;

const space = optional(literal(" "));
const inText = oneOf(
  characters(
    allBut([
      [0, 0x1f],
      [0x22, 0x22],
      [0x5c, 0x5c],
      [0x7f, 0x7f],
    ]),
  ),
  languageOf('\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})'),
);
const integer = languageOf("-?(?:0|[1-9][0-9]{0,17})");
const number = sequence(integer, languageOf("(?:\\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,3})?"));

/** Beside what a type has of its own. */
const ANNOTATIONS = [
  "title",
  "description",
  "default",
  "examples",
  "$schema",
  "$id",
  "$defs",
  "definitions",
  "$comment",
];
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  object: ["type", "properties", "required", "additionalProperties"],
  array: ["type", "items", "minItems", "maxItems"],
  string: ["type", "pattern", "minLength", "maxLength"],
  number: ["type"],
  integer: ["type"],
  boolean: ["type"],
  null: ["type"],
};

/** @throws GenError `option` naming the place and the keyword that cannot be honoured */
export function languageOfSchema(schema: unknown): Language {
  return new Reader(schema).read(schema, "#", []);
}

class Reader {
  constructor(private readonly root: unknown) {}

  read(schema: unknown, at: string, within: readonly string[]): Language {
    if (typeof schema !== "object" || schema === null || Array.isArray(schema)) throw wrong(at, "an object", schema);
    const s = schema as Json;
    const sole = ["$ref", "const", "enum", "anyOf", "oneOf"].find((name) => name in s);
    if (sole !== undefined) {
      check(s, at, [sole, "type"]);
      if (sole === "$ref") return this.#reference(s["$ref"], at, within);
      if (sole === "const") return literal(JSON.stringify(s["const"]));
      const list = s[sole];
      if (!Array.isArray(list) || list.length === 0) throw wrong(`${at}/${sole}`, "a list", list);
      return oneOf(
        ...list.map((part: unknown, i) =>
          sole === "enum" ? literal(JSON.stringify(part)) : this.read(part, `${at}/${sole}/${i}`, within),
        ),
      );
    }
    const { type } = s;
    if (Array.isArray(type)) return oneOf(...type.map((one: unknown) => this.read({ ...s, type: one }, at, within)));
    if (typeof type !== "string" || !Object.hasOwn(KEYWORDS, type))
      throw wrong(`${at}/type`, `one of ${Object.keys(KEYWORDS).join(", ")}`, type);
    check(s, at, KEYWORDS[type]!);
    switch (type) {
      case "object":
        return this.#object(s, at, within);
      case "array":
        return this.#array(s, at, within);
      case "string":
        return textLanguage(s, at);
      case "number":
        return number;
      case "integer":
        return integer;
      case "boolean":
        return oneOf(literal("true"), literal("false"));
      default:
        return literal("null");
    }
  }

  #object(s: Json, at: string, within: readonly string[]): Language {
    const { properties = {}, required = [], additionalProperties = false } = s;
    if (additionalProperties !== false) throw wrong(`${at}/additionalProperties`, "false", additionalProperties);
    if (typeof properties !== "object" || properties === null) throw wrong(`${at}/properties`, "an object", properties);
    if (!Array.isArray(required)) throw wrong(`${at}/required`, "a list", required);
    const names = Object.keys(properties);
    const missing = required.find((name: unknown) => !names.includes(name as string)) as unknown;
    if (missing !== undefined) throw wrong(`${at}/required`, "names of its properties", missing);
    const entries = Object.entries(properties as Json).map(([name, value]) => ({
      isRequired: required.includes(name),
      text: sequence(literal(`${JSON.stringify(name)}:`), space, this.read(value, `${at}/properties/${name}`, within)),
    }));
    // Of each entry on: the texts of what follows, with a comma before the first of them, or without.
    const comma = sequence(literal(","), space);
    let [first, later] = [sequence(), sequence()];
    for (const { isRequired, text } of [...entries].reverse()) {
      const [one, other] = [sequence(text, later), sequence(comma, text, later)];
      [first, later] = isRequired ? [one, other] : [oneOf(one, first), oneOf(other, later)];
    }
    return sequence(literal("{"), first, literal("}"));
  }

  #array(s: Json, at: string, within: readonly string[]): Language {
    const [least, most] = counts(s, at, ["minItems", "maxItems"]);
    const item = this.read(s["items"], `${at}/items`, within);
    if (most === 0) return literal("[]");
    const more = repeat(sequence(literal(","), space, item), Math.max(least - 1, 0), most - 1);
    const some = sequence(item, more);
    return sequence(literal("["), least === 0 ? optional(some) : some, literal("]"));
  }

  #reference(ref: unknown, at: string, within: readonly string[]): Language {
    if (typeof ref !== "string" || !ref.startsWith("#/"))
      throw wrong(`${at}/$ref`, "a place in this schema (#/…)", ref);
    if (within.includes(ref)) throw wrong(`${at}/$ref`, "no schema within itself, which is not regular", ref);
    const found = ref
      .slice(2)
      .split("/")
      .reduce<unknown>(
        (value, name) =>
          typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Json)[name] : undefined,
        this.root,
      );
    return this.read(found, ref, [...within, ref]);
  }
}

function textLanguage(s: Json, at: string): Language {
  const quoted = (inside: Language): Language => sequence(literal('"'), inside, literal('"'));
  const [least, most] = counts(s, at, ["minLength", "maxLength"]);
  if (s["pattern"] === undefined) return quoted(repeat(inText, least, most));
  if (typeof s["pattern"] !== "string" || least > 0 || most < Infinity)
    throw wrong(`${at}/pattern`, "a text, without lengths beside it", s["pattern"]);
  if (/["\\](?![dwsDWSnrtfv.*+?()[\]{}|/^$-])/.test(s["pattern"]))
    throw wrong(`${at}/pattern`, "an expression without quotes and backslashes in its texts", s["pattern"]);
  return quoted(languageOf(s["pattern"]));
}

function counts(s: Json, at: string, [low, high]: readonly [string, string]): [number, number] {
  const of = (name: string, missing: number): number => {
    const value = s[name] ?? missing;
    if (value === missing || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1000))
      return Number(value);
    throw wrong(`${at}/${name}`, "a whole number from 0 to 1,000", value);
  };
  const [least, most] = [of(low, 0), of(high, Infinity)];
  if (most < least) throw wrong(`${at}/${high}`, `at least ${least}`, most);
  return [least, most];
}

function check(s: Json, at: string, known: readonly string[]): void {
  const unknown = Object.keys(s).find((name) => !known.includes(name) && !ANNOTATIONS.includes(name));
  if (unknown !== undefined) throw wrong(`${at}/${unknown}`, `only ${known.join(", ")} here`, s[unknown]);
}

function wrong(at: string, wanted: string, got: unknown): GenError {
  const shown = got === undefined ? "nothing" : JSON.stringify(got).slice(0, 60);
  return new GenError("option", `schema: expected ${wanted} at ${at}, got ${shown}`);
}
