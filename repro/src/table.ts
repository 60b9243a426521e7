/** @file The ledger as a table for people. */
import { reaches, type Entry } from "./ledger.js";
import type { Recorded } from "./results.js";

/** One line for each row, those that were not measured and those that fall short included. */
export function table(rows: readonly { readonly entry: Entry; readonly recorded: Recorded | undefined }[]): string {
  const header = ["id", "target", "ours", "unit", "reached", "n", "hours", "paper"];
  const body = rows.map(({ entry, recorded }) => [
    entry.id,
    entry.target === undefined ? "" : `${entry.better === "lower" ? "≤" : "≥"} ${entry.target}`,
    recorded === undefined ? "not yet measured" : `${recorded.ours.toFixed(2)} ± ${recorded.standardError.toFixed(2)}`,
    entry.unit,
    recorded === undefined ? "" : verdict(entry, recorded.ours),
    recorded === undefined ? "" : String(recorded.n),
    recorded === undefined ? "" : (recorded.seconds / 3600).toFixed(2),
    entry.paper,
  ]);
  const widths = header.map((cell, i) => Math.max(cell.length, ...body.map((line) => line[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd();
  return [line(header), line(widths.map((width) => "─".repeat(width))), ...body.map(line)].join("\n");
}

function verdict(entry: Entry, ours: number): string {
  const reached = reaches(entry, ours);
  return reached === undefined ? "" : reached ? "yes" : "no";
}
