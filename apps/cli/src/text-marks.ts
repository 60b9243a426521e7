/** @file Marks in texts, which data, recipe and writing share. */
import { GenError } from "@gen/core";

/** The special token that ends a text, and an answer. */
export const END = "<end>";

/** A line break for each \n that was typed. */
export function typed(text: string): string {
  return text.replaceAll("\\n", "\n");
}

/** A prompt in its template, as it was typed. @throws GenError `option` for a template without {} */
export function inTemplate(template: string, prompt: string): string {
  if (!template.includes("{}")) {
    throw new GenError("option", `--template: expected a text with {}, got ${JSON.stringify(template)}`);
  }
  return typed(template).replace("{}", () => prompt);
}
