/**
 * @file A JSON schema as the language of the texts that it takes: properties in the order in which they stand, one space or
 * none after signs, each text in one spelling. Of an object only the properties that are named, and of an array only the items,
 * unless the schema says which others. https://json-schema.org/draft/2020-12; what it has and this has not is an error that
 * names it.
 */
import { GenError } from "@gen/core";
import { languageOf } from "./expression.js";
import { areApart, typeOf } from "./json-apart.js";
import { integers, numbers, type Bound, type Bounds } from "./json-numbers.js";
import { anyText, inJson, otherThan, quoted } from "./json-text.js";
import { allBut, characters, literal, NONE, oneOf, optional, repeat, sequence, type Language } from "./language.js";

type Json = Readonly<Record<string, unknown>>;

const space = optional(literal(" "));
const comma = sequence(literal(","), space);
const colon = sequence(literal(":"), space);

/** What says nothing of a value. */
const ANNOTATIONS =
  "title description default examples deprecated readOnly writeOnly $schema $id $defs definitions $comment".split(" ");
const BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  object: ["properties", "required", "additionalProperties"],
  array: ["items", "prefixItems", "minItems", "maxItems"],
  string: ["pattern", "minLength", "maxLength"],
  number: BOUNDS,
  integer: BOUNDS,
  boolean: [],
  null: [],
};
const TYPES = Object.keys(KEYWORDS);

/** @throws GenError `option` naming the place and the keyword that cannot be honoured */
export function languageOfSchema(schema: unknown): Language {
  return new Reader(schema).read(schema, { at: "#", within: ["#"] });
}

/** Where a schema stands, and the references that led there. */
interface Place {
  readonly at: string;
  readonly within: readonly string[];
}

class Reader {
  constructor(private readonly root: unknown) {}

  read(schema: unknown, place: Place): Language {
    const s = recordOf(schema, place.at);
    const [sole] = ["$ref", "anyOf", "oneOf", "const", "enum"].filter((name) => name in s);
    if (sole === "const" || sole === "enum") return this.#values(s, sole, place.at);
    if (sole === "$ref") {
      check(s, place.at, [sole]);
      return this.read(...this.#referred(s["$ref"], place));
    }
    return sole === undefined ? this.#typed(s, place) : this.#alternatives(s, sole, place);
  }

  #alternatives(s: Json, name: string, place: Place): Language {
    const at = `${place.at}/${name}`;
    check(s, place.at, [name]);
    const list = listOf(s[name], at);
    if (name === "oneOf") {
      const resolved = list.map((part, i) => this.#resolved(part, { ...place, at: `${at}/${i}` }));
      const twice = resolved.findIndex((part, i) => resolved.slice(0, i).some((other) => !areApart(part, other)));
      if (twice >= 0)
        throw wrong(
          `${at}/${twice}`,
          "a part that differs from those before it in type or in a constant",
          list[twice],
          {
            fix: "use anyOf, of which a value may meet more than one",
          },
        );
    }
    return oneOf(...list.map((part, i) => this.read(part, { ...place, at: `${at}/${i}` })));
  }

  #values(s: Json, name: "const" | "enum", at: string): Language {
    check(s, at, [name, "type"]);
    const types = s["type"] === undefined ? undefined : typesOf(s, at);
    const list = name === "const" ? [s[name]] : listOf(s[name], `${at}/${name}`);
    const fitting = list.filter((value) => types?.some((type) => isOf(value, type)) ?? true);
    if (fitting.length === 0) throw wrong(`${at}/${name}`, `a value of type ${types!.join(" or ")}`, s[name]);
    return oneOf(...fitting.map((value) => literal(JSON.stringify(value))));
  }

  #typed(s: Json, place: Place): Language {
    const types = typesOf(s, place.at);
    check(s, place.at, ["type", ...types.flatMap((type) => KEYWORDS[type]!)]);
    return oneOf(...types.map((type) => this.#ofType(s, type, place)));
  }

  #ofType(s: Json, type: string, place: Place): Language {
    switch (type) {
      case "object":
        return this.#object(s, place);
      case "array":
        return this.#array(s, place);
      case "string":
        return textLanguage(s, place.at);
      case "boolean":
        return oneOf(literal("true"), literal("false"));
      case "null":
        return literal("null");
      default: {
        const found = (type === "integer" ? integers : numbers)(boundsOf(s, place.at));
        if (found === NONE)
          throw wrong(place.at, `bounds with a${type === "integer" ? "n integer" : " number"} between`, s);
        return found;
      }
    }
  }

  #object(s: Json, { at, within }: Place): Language {
    const { required = [], additionalProperties = false } = s;
    const properties = recordOf(s["properties"] ?? {}, `${at}/properties`);
    if (!Array.isArray(required)) throw wrong(`${at}/required`, "a list", required);
    const names = Object.keys(properties);
    const missing: unknown = required.find((name: unknown) => !names.includes(name as string));
    if (missing !== undefined) throw wrong(`${at}/required`, "names of its properties", missing);
    const entries = Object.entries(properties).map(([name, value]) => ({
      isRequired: required.includes(name),
      text: sequence(
        literal(JSON.stringify(name)),
        colon,
        this.read(value, { at: `${at}/properties/${name}`, within }),
      ),
    }));
    // Of each entry on: the texts of what follows, with a comma before the first of them, or without.
    let [first, later] = [sequence(), sequence()];
    if (additionalProperties !== false) {
      const value = this.read(additionalProperties, { at: `${at}/additionalProperties`, within });
      const entry = sequence(quoted(inJson(otherThan(names))), colon, value);
      later = repeat(sequence(comma, entry), 0);
      first = optional(sequence(entry, later));
    }
    for (const { isRequired, text } of entries.reverse()) {
      const [one, other] = [sequence(text, later), sequence(comma, text, later)];
      [first, later] = isRequired ? [one, other] : [oneOf(one, first), oneOf(other, later)];
    }
    return sequence(literal("{"), first, literal("}"));
  }

  #array(s: Json, { at, within }: Place): Language {
    const fixed = s["prefixItems"] === undefined ? [] : listOf(s["prefixItems"], `${at}/prefixItems`);
    const [least, most] = counts(s, at, ["minItems", "maxItems"]);
    const items = s["items"] ?? (fixed.length > 0 ? false : undefined);
    // Of each item on: the texts of what follows; all but the first have a comma before them.
    let rest = sequence();
    if (items !== false) {
      const item = this.read(items, { at: `${at}/items`, within });
      const others = (from: number): Language =>
        most <= from ? sequence() : repeat(sequence(comma, item), Math.max(least - from, 0), most - from);
      if (fixed.length > 0) rest = others(fixed.length);
      else if (most > 0) rest = least === 0 ? optional(sequence(item, others(1))) : sequence(item, others(1));
    } else if (least > fixed.length)
      throw wrong(`${at}/minItems`, `at most ${fixed.length}, as prefixItems has`, least);
    for (let i = fixed.length - 1; i >= 0; i--) {
      const one = this.read(fixed[i], { at: `${at}/prefixItems/${i}`, within });
      const some = sequence(i === 0 ? sequence() : comma, one, rest);
      rest = i >= most ? sequence() : i >= least ? optional(some) : some;
    }
    return sequence(literal("["), rest, literal("]"));
  }

  /** A schema that is no reference, with its alternatives resolved as well. */
  #resolved(schema: unknown, place: Place): Json {
    const s = recordOf(schema, place.at);
    if ("$ref" in s) return this.#resolved(...this.#referred(s["$ref"], place));
    const name = ["anyOf", "oneOf"].find((one) => Array.isArray(s[one]));
    if (name === undefined) return s;
    return {
      anyOf: (s[name] as unknown[]).map((part, i) =>
        this.#resolved(part, { ...place, at: `${place.at}/${name}/${i}` }),
      ),
    };
  }

  /** What a reference stands for, and its place. */
  #referred(ref: unknown, { at, within }: Place): [schema: unknown, place: Place] {
    if (typeof ref !== "string" || !/^#(?:\/|$)/.test(ref))
      throw wrong(`${at}/$ref`, "a place in this schema (#/…)", ref);
    if (within.includes(ref)) throw wrong(`${at}/$ref`, "no schema within itself, which is not regular", ref);
    const names = ref
      .slice(2)
      .split("/")
      .map((name) => decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~"));
    const found = names.reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Json)[name] : undefined,
      this.root,
    );
    if (found === undefined) throw wrong(`${at}/$ref`, "a place that there is in this schema", ref);
    return [found, { at: ref, within: [...within, ref] }];
  }
}

function textLanguage(s: Json, at: string): Language {
  const [least, most] = counts(s, at, ["minLength", "maxLength"]);
  const { pattern } = s;
  if (pattern === undefined) return quoted(anyText(least, most));
  if (typeof pattern !== "string" || least > 0 || most < Infinity)
    throw wrong(`${at}/pattern`, "an expression, without lengths beside it", pattern);
  const found = languageOf(pattern, { around: repeat(characters(allBut([])), 0) });
  return quoted(inJson(found));
}

function boundsOf(s: Json, at: string): Bounds {
  const bounds = (names: readonly string[]): Bound[] =>
    names.flatMap((name, i) => {
      const value = s[name];
      if (value === undefined) return [];
      if (!Number.isFinite(value)) throw wrong(`${at}/${name}`, "a number", value);
      return [{ value: Number(value), isOpen: i === 1 }];
    });
  const narrowest = (list: readonly Bound[], sign: number): Bound | undefined =>
    [...list].sort((a, b) => sign * (b.value - a.value) || Number(b.isOpen) - Number(a.isOpen))[0];
  return {
    least: narrowest(bounds(["minimum", "exclusiveMinimum"]), 1),
    most: narrowest(bounds(["maximum", "exclusiveMaximum"]), -1),
  };
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

function typesOf({ type }: Json, at: string): readonly string[] {
  const types: unknown[] = [type].flat();
  const isKnown = types.length > 0 && types.every((one) => TYPES.includes(one as string));
  if (!isKnown) throw wrong(`${at}/type`, `one of ${TYPES.join(", ")}, or a list of them`, type);
  return types as string[];
}

function isOf(value: unknown, type: string): boolean {
  return type === "integer" ? Number.isInteger(value) : typeOf(value) === type;
}

function recordOf(value: unknown, at: string): Json {
  if (typeOf(value) === "object") return value as Json;
  throw wrong(at, "an object", value);
}

function listOf(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw wrong(at, "a list of at least one", value);
}

function check(s: Json, at: string, known: readonly string[]): void {
  const unknown = Object.keys(s).find((name) => !known.includes(name) && !ANNOTATIONS.includes(name));
  if (unknown !== undefined) throw wrong(`${at}/${unknown}`, `only ${known.join(", ")} here`, s[unknown]);
}

function wrong(at: string, wanted: string, got: unknown, help: { readonly fix?: string } = {}): GenError {
  const shown = got === undefined ? "nothing" : JSON.stringify(got).slice(0, 60);
  return new GenError("option", `schema: expected ${wanted} at ${at}, got ${shown}`, help);
}
