/** @file The field `normalizer` of a `tokenizer.json`: what text becomes before it is cut into words. */
import type { Field } from "../json-field.js";
import { patternIn } from "./pattern.js";

const KINDS = ["NFC", "NFD", "NFKC", "NFKD", "Prepend", "Replace", "Sequence"] as const;

/** @throws GenError `format` naming a kind that is not known */
export function normaliserOf(field: Field): (text: string) => string {
  if (field.isMissing) return (text) => text;
  const kind = field.at("type").oneOf(KINDS);
  switch (kind) {
    case "Sequence": {
      const steps = field.at("normalizers").list().map(normaliserOf);
      return (text) => steps.reduce((now, step) => step(now), text);
    }
    case "Prepend": {
      const before = field.at("prepend").text();
      return (text) => (text === "" ? "" : before + text);
    }
    case "Replace": {
      const [pattern, content] = [patternIn(field.at("pattern")), field.at("content").text()];
      return (text) => text.replace(pattern, () => content);
    }
    default:
      return (text) => text.normalize(kind);
  }
}
