/** @file Whether no value meets two schemas, as far as types, constants and properties that both require tell. */
type Json = Readonly<Record<string, unknown>>;

/** @returns false also where it cannot be told */
export function areApart(a: unknown, b: unknown): boolean {
  if (!isRecord(a) || !isRecord(b)) return false;
  if (Array.isArray(a["anyOf"])) return a["anyOf"].every((part) => areApart(part, b));
  if (Array.isArray(b["anyOf"])) return areApart(b, a);
  const [x, y] = [constantsOf(a), constantsOf(b)];
  if (x !== undefined && y !== undefined) return !x.some((value) => y.includes(value));
  const types = typesOf(b);
  const shared = typesOf(a)?.filter((type) => types?.includes(type) ?? true);
  if (shared === undefined || types === undefined || shared.some((type) => type !== "object")) return false;
  const [own, others] = [a, b].map(({ properties }) => (isRecord(properties) ? properties : {})) as [Json, Json];
  const required = (s: Json, name: string): boolean => Array.isArray(s["required"]) && s["required"].includes(name);
  const names = Object.keys(own).filter((name) => required(a, name) && required(b, name));
  return shared.length === 0 || names.some((name) => areApart(own[name], others[name]));
}

/** The only values, as JSON; undefined where there are others. */
function constantsOf(s: Json): readonly string[] | undefined {
  const list = "const" in s ? [s["const"]] : s["enum"];
  return Array.isArray(list) ? list.map((value) => JSON.stringify(value)) : undefined;
}

/** The types that a value may have, of which an integer is a number; undefined where it does not say. */
function typesOf(s: Json): readonly unknown[] | undefined {
  const constants = constantsOf(s);
  if (constants !== undefined) return constants.map((json) => typeOf(JSON.parse(json)));
  return s["type"] === undefined ? undefined : [s["type"]].flat().map((type) => (type === "integer" ? "number" : type));
}

/** The type of a value, as schemas name it. */
export function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function isRecord(value: unknown): value is Json {
  return typeOf(value) === "object";
}
