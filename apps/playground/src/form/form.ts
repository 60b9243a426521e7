/**
 * @file Forms: some of the options that `gen train` has, with the defaults that suit a page. What an option is called, what it
 * may be and what it does stand in the schema of the command line; so does the sentence for a value that it may not be.
 */
import {
  checkValue,
  defineOptions,
  effective,
  resolve,
  ruleOf,
  showValue,
  unmetCondition,
  type Field,
  type Fields,
  type OptionsOf,
  type Schema,
  type ValueOf,
} from "@gen/cli/options";
import { partsOf } from "../shell/explained.js";
import type { Setting } from "../url-state.js";

export interface Form<F extends Fields = Fields> {
  /** All options, as this page begins with them. */
  readonly schema: Schema<F>;
  /** Those that can be set, in the order in which they stand. */
  readonly shown: readonly string[];
}

/** What was set, by name. */
export type Told = Readonly<Record<string, unknown>>;

/** What a form shows of an option: the value to begin with, and of a choice the words that are of use here, the first to begin with. */
type Shows<F extends Field> = F extends { readonly kind: "choice" } ? readonly ValueOf<F>[] : ValueOf<F>;

/** A form of these options of a schema. @param fixed what others are that are not shown */
export function formOf<F extends Fields>(
  { fields }: Schema<F>,
  shown: { readonly [K in keyof F]?: Shows<F[K]> },
  fixed: { readonly [K in keyof F]?: ValueOf<F[K]> } = {},
): Form<F> {
  const rest = Object.entries<unknown>(fixed).map(([name, value]) => [name, { ...fields[name]!, default: value }]);
  const own = Object.entries<unknown>(shown).map(([name, shows]): [string, Field] => {
    const field: Field = fields[name]!;
    if (field.kind !== "choice") return [name, { ...field, default: shows } as Field];
    const choices = shows as readonly string[];
    return [name, { ...field, choices, default: choices[0]! }];
  });
  const schema: Schema = defineOptions({ ...fields, ...(Object.fromEntries([...rest, ...own]) as Fields) });
  return { schema: schema as Schema<F>, shown: Object.keys(shown) };
}

/**
 * All options of a form: what was set and has an effect, over what the page begins with.
 *
 * @param where whose form it is, for messages
 * @throws GenError `option` for a value that is not legal
 */
export function chosenBy<F extends Fields>(
  { schema, shown }: Form<F>,
  told: Told,
  where: string,
): OptionsOf<Schema<F>> {
  const all = effective(schema, { ...resolve(schema, new Map(), where), ...told });
  const given = shown
    .filter((name) => name in all)
    .map((name) => [name, { value: all[name], spelling: name }] as const);
  return resolve(schema, new Map(given), where);
}

/** What a form begins with. */
export function startOf({ schema, shown }: Form): Told {
  return Object.fromEntries(shown.map((name) => [name, schema.fields[name]!.default]));
}

/** What else would have to be set for an option to have an effect, in words; undefined when it has one. */
export function idle({ schema }: Form, told: Told, name: string): string | undefined {
  const unmet = unmetCondition(schema.fields, { ...resolve(schema, new Map(), "form"), ...told }, name);
  return unmet?.replaceAll("--", "");
}

/** What is wrong with the words that stand for an option, as the command line says it; undefined if nothing. */
export function complaint(name: string, field: Field, words: string): string | undefined {
  try {
    checkValue(field, ruleOf(field).read(words), labelOf(name));
    return undefined;
  } catch (error) {
    const { what, fix } = partsOf(error);
    return fix === undefined ? what : `${what}; ${fix}`;
  }
}

/** How an address spells an option. */
export function settingOf(field: Field): Setting<unknown> {
  const { read, accepts, expected } = ruleOf(field);
  return {
    start: field.default,
    parse: (text) => (accepts(read(text), field) ? read(text) : undefined),
    print: showValue,
    expected: expected(field),
  };
}

/** "topK" as "Top k". */
export function labelOf(name: string): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words[0]!.toUpperCase() + words.slice(1);
}
