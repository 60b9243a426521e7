/** @file The field `post_processor` of a `tokenizer.json`: the tokens that stand around a whole text. */
import { isObject, type Field } from "../json-field.js";
import type { Around } from "./tokenizer.js";

const KINDS = ["ByteLevel", "Sequence", "TemplateProcessing"] as const;

/** @throws GenError `format` naming a kind that is not known */
export function aroundOf(field: Field): Around {
  if (field.isMissing) return { before: [], after: [] };
  switch (field.at("type").oneOf(KINDS)) {
    case "ByteLevel": // where tokens stand in a text, which is not told here
      return { before: [], after: [] };
    case "Sequence":
      return field
        .at("processors")
        .list()
        .map(aroundOf)
        .reduce((inner, outer) => ({
          before: [...outer.before, ...inner.before],
          after: [...inner.after, ...outer.after],
        }));
    case "TemplateProcessing":
      return templateOf(field);
  }
}

function templateOf(field: Field): Around {
  const single = field.at("single");
  const entries = single.list();
  const places = entries.flatMap(({ value }, i) => (isObject(value) && "Sequence" in value ? [i] : []));
  if (places.length !== 1) throw single.wrong("a template with one text");
  const tokens = (some: readonly Field[]): number[] =>
    some.flatMap((entry) => {
      const name = entry.at("SpecialToken").at("id").text();
      return field
        .at("special_tokens")
        .at(name)
        .at("ids")
        .list()
        .map((id) => id.token());
    });
  return { before: tokens(entries.slice(0, places[0])), after: tokens(entries.slice(places[0]! + 1)) };
}
