/** @file Help text from schemas, wrapped for a terminal. */
import { ruleOf, showBounds, showValue, type Field } from "./field.js";
import { flagOf, showCondition } from "./resolve.js";
import type { Schema } from "./schema.js";

/** A titled group of options. */
export interface Section {
  readonly title: string;
  readonly schema: Schema;
}

/** A row of two columns. */
type Row = readonly [left: string, right: string];

const LEFT = 30;

export interface HelpParts {
  readonly usage: string;
  readonly summary: string;
  /** Titled lists above the options: commands, recipes, positionals. */
  readonly lists?: readonly { readonly title: string; readonly rows: readonly Row[] }[];
  readonly sections: readonly Section[];
  readonly examples?: readonly string[];
}

/** The whole help page. @param width columns of the terminal. */
export function helpText({ usage, summary, lists = [], sections, examples = [] }: HelpParts, width = 100): string {
  const blocks = [`Usage: ${usage}`, wrap(summary, width, "").join("\n")];
  for (const { title, rows } of lists) blocks.push(block(title, rows, width));
  for (const { title, schema } of sections) {
    if (Object.keys(schema.fields).length === 0) continue;
    blocks.push(
      block(
        title,
        Object.entries(schema.fields).map(([name, field]) => optionRow(name, field)),
        width,
      ),
    );
  }
  if (examples.length > 0) blocks.push(["Examples", ...examples.map((line) => `  ${line}`)].join("\n"));
  return `${blocks.join("\n\n")}\n`;
}

function block(title: string, rows: readonly Row[], width: number): string {
  return [title, ...rows.flatMap((row) => columns(row, width))].join("\n");
}

function columns([left, right]: Row, width: number): string[] {
  const lines = wrap(right, width, " ".repeat(LEFT));
  if (left.length > LEFT - 4) return [`  ${left}`, ...lines];
  return [`  ${left}`.padEnd(LEFT) + lines[0]!.slice(LEFT), ...lines.slice(1)];
}

function optionRow(name: string, field: Field): Row {
  const onByDefault = field.kind === "boolean" && field.default === true;
  const flag = onByDefault ? flagOf(name).replace("--", "--[no-]") : flagOf(name);
  const notes: string[] = [];
  if (field.unit !== undefined) notes.push(`in ${field.unit}`);
  if ("min" in field || "max" in field || "above" in field || "below" in field) notes.push(showBounds(field));
  for (const [other, wanted] of Object.entries(field.appliesWhen ?? {})) {
    notes.push(`only ${showCondition(other, wanted)}`);
  }
  if (field.required === true) notes.push("required");
  if (onByDefault) notes.push("on by default");
  if (field.default !== undefined && field.kind !== "boolean") notes.push(`default ${showValue(field.default)}`);
  const placeholder = ruleOf(field).placeholder(field);
  return [
    placeholder === "" ? flag : `${flag} ${placeholder}`,
    notes.length === 0 ? field.description : `${field.description} (${notes.join("; ")})`,
  ];
}

/** Greedy lines of at most `width` columns, each after `indent`. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(indent + line);
  return lines;
}
