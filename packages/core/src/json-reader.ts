/** @file JSON from anywhere, read field by field: what is not as expected is an error with the file and the field. */
import { GenError } from "./error.js";

/** A value of the JSON and where it stands. */
export class JsonReader {
  constructor(
    readonly file: string,
    readonly path: string,
    readonly value: unknown,
  ) {}

  wrong(field: string, wanted: string, got: unknown): GenError {
    return new GenError(
      "format",
      `${this.file}: expected ${wanted} as "${field}" of ${this.path}, got ${got === undefined ? "nothing" : JSON.stringify(got).slice(0, 60)}`,
      {
        fix: "export the model again",
      },
    );
  }
  field(name: string): unknown {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw this.wrong(name, "an object around it", value);
    return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  string(name: string): string {
    const value = this.field(name);
    if (typeof value !== "string") throw this.wrong(name, "text", value);
    return value;
  }
  number(name: string): number {
    return new JsonReader(this.file, `${this.path}.${name}`, this.field(name)).asNumber();
  }
  boolean(name: string): boolean {
    const value = this.field(name);
    if (typeof value !== "boolean") throw this.wrong(name, "true or false", value);
    return value;
  }
  /** One of some words. */
  choice<const W extends string>(name: string, words: readonly W[]): W {
    const value = this.field(name);
    const found = words.find((word) => word === value);
    if (found === undefined) throw this.wrong(name, words.join(" or "), value);
    return found;
  }
  asString(): string {
    if (typeof this.value !== "string") throw this.wrong("value", "text", this.value);
    return this.value;
  }
  asNumber(): number {
    if (typeof this.value !== "number" || !Number.isFinite(this.value))
      throw this.wrong("value", "a number", this.value);
    return this.value;
  }
  asExtent(): number | string {
    if (typeof this.value === "string" || (Number.isSafeInteger(this.value) && Number(this.value) >= 0))
      return this.value as number | string;
    throw this.wrong("shape", "a whole number or a name", this.value);
  }
  list<T>(name: string, read: (entry: JsonReader) => T): T[] {
    const value = this.field(name);
    if (!Array.isArray(value)) throw this.wrong(name, "a list", value);
    return value.map((entry, i) => read(new JsonReader(this.file, `${this.path}.${name}[${i}]`, entry)));
  }
  record<T>(name: string, read: (entry: JsonReader, name: string) => T): Record<string, T> {
    const value = this.field(name);
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.wrong(name, "an object", value);
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        read(new JsonReader(this.file, `${this.path}.${name}.${key}`, entry), key),
      ]),
    );
  }
}
