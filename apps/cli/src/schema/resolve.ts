/** @file From what was given, in the command line or in a file, to options: checked, completed, none without effect. */
import { GenError, nearestName } from "@gen/core";
import { oneOf, ruleOf, showValue, type Condition, type Field, type Fields, type Scalar } from "./field.js";
import type { OptionsOf, Schema } from "./schema.js";

/** A value that somebody gave, and how they spelled the option's name: `--latent-dim`, or `latentDim` of a file. */
export interface Given {
  readonly value: unknown;
  readonly spelling: string;
}

/** What was given, by the option's name in the schema. */
export type GivenOptions = ReadonlyMap<string, Given>;

/** How an option is written on the command line. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The options of a schema: what was given, over the defaults.
 *
 * @param where who is asking, for messages: `gen train`.
 * @throws GenError `option` for a name that is unknown, a value that is not legal, a required option that is missing, or
 *   an option that has no effect beside the others.
 */
export function resolve<F extends Fields>(schema: Schema<F>, given: GivenOptions, where: string): OptionsOf<Schema<F>> {
  const fields: Fields = schema.fields;
  const options: Record<string, unknown> = {};
  checkNames(schema, given, where);
  for (const [name, { value, spelling }] of given) {
    checkValue(fields[name]!, value, `${where}: ${spelling}`);
    options[name] = value;
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.default !== undefined) options[name] ??= field.default;
  }
  for (const [name, field] of Object.entries(fields)) {
    const unmet = unmetCondition(fields, options, name);
    const used = given.get(name);
    if (unmet !== undefined && used !== undefined) {
      throw new GenError("option", `${where}: expected ${used.spelling} only ${unmet}, got it where it has no effect`, {
        fix: `leave ${used.spelling} out, or ${unmet.replace(/^without/, "leave out").replace(/^with/, "add")}`,
      });
    }
    if (field.required === true && unmet === undefined && options[name] === undefined) {
      throw new GenError(
        "option",
        `${where}: expected ${flagOf(name)} with ${ruleOf(field).expected(field)}, got nothing`,
        {
          fix: `add ${flagOf(name)} ${ruleOf(field).placeholder(field)}`,
        },
      );
    }
  }
  return options as OptionsOf<Schema<F>>;
}

/** The options that have an effect: what a config file keeps. */
export function effective(schema: Schema, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.keys(schema.fields).filter(
    (name) => options[name] !== undefined && unmetCondition(schema.fields, options, name) === undefined,
  );
  return Object.fromEntries(kept.map((name) => [name, options[name]]));
}

/** The condition, in words, that keeps an option from having an effect; undefined when it has one. */
export function unmetCondition(
  fields: Fields,
  options: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  for (const [other, wanted] of Object.entries(fields[name]?.appliesWhen ?? {})) {
    const isMet = wanted === null ? options[other] === undefined : valuesOf(wanted).includes(options[other] as Scalar);
    if (!isMet) return showCondition(other, wanted);
    const further = wanted === null ? undefined : unmetCondition(fields, options, other);
    if (further !== undefined) return further;
  }
  return undefined;
}

/** `with --likelihood gaussian`, `with --augment`, `with --no-augment`, `without --from`. */
export function showCondition(name: string, wanted: Condition): string {
  if (wanted === null) return `without ${flagOf(name)}`;
  const values = valuesOf(wanted);
  if (values.length === 1 && values[0] === true) return `with ${flagOf(name)}`;
  if (values.length === 1 && values[0] === false) return `with ${flagOf(name).replace("--", "--no-")}`;
  return `with ${flagOf(name)} ${oneOf(values)}`;
}

function valuesOf(wanted: Scalar | readonly Scalar[]): readonly Scalar[] {
  return Array.isArray(wanted) ? (wanted as readonly Scalar[]) : [wanted as Scalar];
}

/** @throws GenError `option` for a value that is not legal */
export function checkValue(field: Field, value: unknown, where: string): void {
  const rule = ruleOf(field);
  if (rule.accepts(value, field)) return;
  const nearest = field.kind === "choice" && typeof value === "string" ? nearestName(value, field.choices) : undefined;
  throw new GenError("option", `${where}: expected ${rule.expected(field)}, got ${showValue(value)}`, {
    ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}?` }),
  });
}

/** @throws GenError `option` for a name that the schema does not have, with the nearest that it has. */
export function checkNames({ fields }: Schema, given: GivenOptions, where: string): void {
  for (const [name, { spelling }] of given) {
    if (name in fields) continue;
    const typed = spelling.startsWith("-");
    const names = Object.keys(fields).map((other) => (typed ? flagOf(other) : other));
    const nearest = nearestName(spelling, names);
    const help = typed ? `${where} --help lists them` : `there are: ${names.join(", ")}`;
    throw new GenError("option", `${where}: expected an option it knows, got ${spelling}`, {
      fix: nearest === undefined ? help : `did you mean ${nearest}? ${help}`,
    });
  }
}
