/** @file What an option can be. Each kind is a row in one total table: how it is read, checked, shown and described. */

export type Scalar = number | boolean | string;

/** Of the values of another option. */
export type Condition = Scalar | readonly Scalar[] | null;

interface Described {
  /** One sentence without a full stop, for the help and for forms. */
  readonly description: string;
  /** Unit of the value, for the help and for forms: `nats`, `pixels`. */
  readonly unit?: string;
  /** There is no sensible default: the value must be given. */
  readonly required?: true;
  /**
   * The option has an effect only while each of these options has (one of) these values, or with `null` while it is not
   * given, which may be an option of another set; given otherwise, it is an error.
   */
  readonly appliesWhen?: Readonly<Record<string, Condition>>;
}

interface Bounded extends Described {
  readonly min?: number;
  readonly max?: number;
  /** Exclusive lower bound. */
  readonly above?: number;
  /** Exclusive upper bound. */
  readonly below?: number;
}

export interface IntegerField extends Bounded {
  readonly kind: "integer";
  readonly default?: number;
}

export interface NumberField extends Bounded {
  readonly kind: "number";
  readonly default?: number;
}

/** Whole numbers, `400,200` on the command line; the bounds hold for each of them. */
export interface IntegersField extends Bounded {
  readonly kind: "integers";
  readonly default?: readonly number[];
}

export interface BooleanField extends Described {
  readonly kind: "boolean";
  readonly default?: boolean;
}

export interface StringField extends Described {
  readonly kind: "string";
  readonly default?: string;
}

/** A file or folder; relative to where the command is run. */
export interface PathField extends Described {
  readonly kind: "path";
  readonly default?: string;
}

export interface ChoiceField extends Described {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default?: string;
}

export type Field = IntegerField | NumberField | IntegersField | BooleanField | StringField | PathField | ChoiceField;
export type Kind = Field["kind"];
export type Fields = Readonly<Record<string, Field>>;
type FieldOf<K extends Kind> = Extract<Field, { kind: K }>;

interface Values {
  integer: number;
  number: number;
  integers: readonly number[];
  boolean: boolean;
  string: string;
  path: string;
  choice: string;
}

/** The type of a field's value. */
export type ValueOf<F extends Field> = F extends { readonly choices: readonly (infer C)[] } ? C : Values[F["kind"]];

/** All that shared code knows about a kind of option. */
interface Rule<F extends Field> {
  /** What stands for the value in the help: `<integer>`. Empty: the option takes no value. */
  readonly placeholder: (field: F) => string;
  /** What a legal value is, to complete "expected …". */
  readonly expected: (field: F) => string;
  /** The value that a word on the command line stands for; a word that stands for none comes back as it is. */
  readonly read: (word: string) => unknown;
  readonly accepts: (value: unknown, field: F) => boolean;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

function readNumber(word: string): unknown {
  const value = word.trim() === "" ? NaN : Number(word);
  return Number.isNaN(value) ? word : value;
}

function inBounds(value: number, { min, max, above, below }: Bounded): boolean {
  return (
    Number.isFinite(value) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

/** `≥ 1 and < 10`, or nothing. */
export function showBounds({ min, max, above, below }: Bounded): string {
  const parts = [
    min === undefined ? "" : `≥ ${min}`,
    above === undefined ? "" : `> ${above}`,
    max === undefined ? "" : `≤ ${max}`,
    below === undefined ? "" : `< ${below}`,
  ];
  return parts.filter((part) => part !== "").join(" and ");
}

const bounded = (noun: string) => (field: Bounded) => [noun, showBounds(field)].filter((part) => part !== "").join(" ");

const rules: { readonly [K in Kind]: Rule<FieldOf<K>> } = {
  integer: {
    placeholder: () => "<integer>",
    expected: bounded("a whole number"),
    read: readNumber,
    accepts: (value, field) => Number.isSafeInteger(value) && inBounds(value as number, field),
  },
  number: {
    placeholder: () => "<number>",
    expected: bounded("a number"),
    read: readNumber,
    accepts: (value, field) => typeof value === "number" && inBounds(value, field),
  },
  integers: {
    placeholder: () => "<integer,…>",
    expected: bounded("whole numbers with commas between them, each"),
    read: (word) => word.split(",").map(readNumber),
    accepts: (value, field) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((n) => Number.isSafeInteger(n) && inBounds(n as number, field)),
  },
  boolean: {
    placeholder: () => "",
    expected: () => "true or false",
    read: (word) => (word === "true" ? true : word === "false" ? false : word),
    accepts: (value) => typeof value === "boolean",
  },
  string: { placeholder: () => "<text>", expected: () => "some text", read: (word) => word, accepts: isText },
  path: { placeholder: () => "<path>", expected: () => "a path", read: (word) => word, accepts: isText },
  choice: {
    placeholder: ({ choices }) => `<${choices.join("|")}>`,
    expected: ({ choices }) => oneOf(choices),
    read: (word) => word,
    accepts: (value, { choices }) => choices.some((choice) => choice === value),
  },
};

/** The row of a field's kind. The one cast of this table: `field.kind` picks the rule of that very field. */
export function ruleOf<F extends Field>(field: F): Rule<F> {
  return rules[field.kind] as unknown as Rule<F>;
}

/** `a`, `a or b`, `one of a, b, c`. */
export function oneOf(choices: readonly unknown[]): string {
  const words = choices.map(showValue);
  return words.length <= 2 ? words.join(" or ") : `one of ${words.join(", ")}`;
}

/** A value as one would type it. */
export function showValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(showValue).join(",");
  if (typeof value === "string") return value === "" ? '""' : value;
  if (value === undefined) return "nothing";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : JSON.stringify(value);
}
