/** @file What was measured is kept: `results.json`, and the tables of two READMEs that are written from it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder } from "./peers.js";
import { merged, table, text, withBetween, type Report } from "./report.js";

/** Takes the place of what was measured before of the same comparisons, and leaves the rest. */
export function record(report: Report): void {
  const file = join(folder, "results.json");
  const old = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : undefined;
  const all = merged(old, report);
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  rewrite(join(folder, "README.md"), ["<!-- results: begin -->", "<!-- results: end -->"], text(all));
  const short = table(all.results, { losses: false });
  rewrite(join(folder, "../README.md"), ["<!-- numbers:bench -->", "<!-- /numbers:bench -->"], short);
}

function rewrite(path: string, markers: readonly [string, string], content: string): void {
  writeFileSync(path, withBetween(readFileSync(path, "utf8"), markers, content));
}
