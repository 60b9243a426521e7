/** @file A titled part of a report. */
import { escapeHtml } from "../plot/escape.js";

export function section(title: string, body: string): string {
  const id = title.toLowerCase().replace(/[^a-z]+/g, "-");
  return `<section aria-labelledby="${id}">\n<h2 id="${id}">${escapeHtml(title)}</h2>\n${body}\n</section>`;
}
