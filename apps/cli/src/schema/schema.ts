/**
 * @file One typed description of a set of options. The type of the options, the command line, the help, the config file and
 * their validation all come from it.
 */
import { GenError } from "@gen/core";
import { ruleOf, type Field, type Fields, type ValueOf } from "./field.js";

export interface Schema<F extends Fields = Fields> {
  readonly fields: F;
}

type Sure<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly required: true } | { readonly default: unknown } ? K : never;
}[keyof F];

type Resolved<F extends Fields> = { readonly [K in Sure<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<keyof F, Sure<F>>]?: ValueOf<F[K]>;
};

/** The options that a schema describes; one without a default is optional unless it is `required`. */
export type OptionsOf<S> = S extends Schema<infer F> ? { [K in keyof Resolved<F>]: Resolved<F>[K] } : never;

/**
 * Describes a set of options. Names are camelCase; on the command line they are written in kebab-case.
 *
 * @throws GenError `internal` for a default that is not legal, or a condition on an option that is not there.
 */
export function defineOptions<const F extends Fields>(fields: F): Schema<F> {
  for (const [name, field] of Object.entries(fields)) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) throw broken(name, "a camelCase name", name);
    if (field.default !== undefined && !ruleOf(field).accepts(field.default, field)) {
      throw broken(name, `as default ${ruleOf(field).expected(field)}`, JSON.stringify(field.default));
    }
    for (const [other, wanted] of Object.entries(field.appliesWhen ?? {})) {
      if (wanted !== null && !(other in fields)) throw broken(name, "a condition on an option of this set", other);
    }
  }
  return { fields };
}

/**
 * One schema of several.
 *
 * @throws GenError `option` if two of them use the same name.
 */
export function mergeSchemas(schemas: readonly Schema[]): Schema {
  const fields: Record<string, Field> = {};
  for (const [name, field] of schemas.flatMap((schema) => Object.entries(schema.fields))) {
    if (name in fields) {
      throw new GenError("option", `${name}: expected an option name that is still free, got one that is taken`, {
        fix: `call the recipe's option something else than ${name}`,
      });
    }
    fields[name] = field;
  }
  return { fields };
}

/** The same schema with other defaults. */
export function withDefaults(schema: Schema, defaults: Readonly<Record<string, unknown>>): Schema {
  const fields = Object.entries(schema.fields).map(([name, field]) =>
    name in defaults ? [name, { ...field, default: defaults[name] }] : [name, field],
  );
  return defineOptions(Object.fromEntries(fields) as Fields);
}

/** Only the options of `schema`, out of the resolved options of a larger one. */
export function select<F extends Fields>(
  schema: Schema<F>,
  options: Readonly<Record<string, unknown>>,
): OptionsOf<Schema<F>> {
  const own = Object.keys(schema.fields).filter((name) => options[name] !== undefined);
  return Object.fromEntries(own.map((name) => [name, options[name]])) as OptionsOf<Schema<F>>;
}

function broken(name: string, expected: string, got: string): GenError {
  return new GenError("internal", `defineOptions: ${name}: expected ${expected}, got ${got}`);
}
