/** @file The fields of JSON files that others write, and errors that name them. */
import { GenError, messageOf } from "@gen/core";

/** Any JSON object. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One field: what it holds, and where it stands. */
export class Field {
  /** `null` counts as missing. */
  readonly value: unknown;
  readonly #path: string;
  readonly #file: string;

  constructor(value: unknown, { path = "", file }: { readonly path?: string; readonly file: string }) {
    [this.value, this.#path, this.#file] = [value ?? undefined, path, file];
  }

  static parse(text: string, file: string): Field {
    try {
      return new Field(JSON.parse(text), { file });
    } catch (cause) {
      throw new GenError("format", `${file}: expected JSON, got ${messageOf(cause)}`, { cause });
    }
  }

  get isMissing(): boolean {
    return this.value === undefined;
  }
  /** What kind of stage it says to be, if it is there. */
  get type(): unknown {
    return this.isMissing ? undefined : this.at("type").value;
  }

  wrong(wanted: string): GenError {
    const got = this.isMissing ? "nothing" : JSON.stringify(this.value).slice(0, 60);
    return new GenError("format", `${this.#file}: expected ${wanted} as ${this.#path || "the file"}, got ${got}`);
  }

  /** A field of this one, which is an object. */
  at(name: string): Field {
    const path = this.#path === "" ? name : `${this.#path}.${name}`;
    return new Field(Object.hasOwn(this.object(), name) ? this.object()[name] : undefined, { path, file: this.#file });
  }

  object(): Json {
    if (isObject(this.value)) return this.value;
    throw this.wrong("an object");
  }

  list(): Field[] {
    if (!Array.isArray(this.value)) throw this.wrong("a list");
    return this.value.map((value, i) => new Field(value, { path: `${this.#path}[${i}]`, file: this.#file }));
  }

  text(): string {
    if (typeof this.value === "string") return this.value;
    throw this.wrong("a text");
  }

  flag(otherwise: boolean): boolean {
    const value = this.value ?? otherwise;
    if (typeof value === "boolean") return value;
    throw this.wrong("true or false");
  }

  token(): number {
    if (Number.isSafeInteger(this.value) && Number(this.value) >= 0) return Number(this.value);
    throw this.wrong("a number of its own, from 0 on");
  }

  /** A whole number ≥ 1. */
  whole(otherwise?: number): number {
    const value = this.value ?? otherwise;
    if (Number.isInteger(value) && (Number(value) >= 1 || value === otherwise)) return Number(value);
    throw this.wrong("a whole number ≥ 1");
  }

  /** A number > 0. */
  number(otherwise?: number): number {
    const value = this.value ?? otherwise;
    if (typeof value === "number" && value > 0) return value;
    throw this.wrong("a number > 0");
  }

  /** Only one value is known. @param otherwise what it is where it is missing */
  expect(wanted: string | number | boolean, otherwise = wanted): void {
    if ((this.value ?? otherwise) !== wanted) throw this.wrong(JSON.stringify(wanted));
  }

  /** One of some texts. */
  oneOf<T extends string>(texts: readonly T[], otherwise?: T): T {
    const value = this.value ?? otherwise;
    const found = texts.find((text) => text === value);
    if (found !== undefined) return found;
    throw this.wrong(`one of ${texts.map((text) => `"${text}"`).join(", ")}`);
  }
}
