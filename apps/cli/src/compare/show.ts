/** @file A comparison in words and numbers, for a terminal and for a report. */
import type { Estimate, TableDifference } from "@gen/eval";
import { showNumber } from "../output/format.js";
import { escapeHtml } from "../plot/escape.js";
import { section } from "../report/section.js";
import type { Comparison } from "./compare.js";

/** How to read each metric: what it is called, and what it is where both sides are alike. */
const LABELS: Readonly<Record<string, readonly [label: string, alike: string]>> = {
  frechet: ["Fréchet distance", "near 0"],
  kid: ["kernel distance (KID)", "0"],
  precision: ["precision: samples of a that lie where b does", "that of real against real"],
  recall: ["recall: samples of b that lie where a does", "that of real against real"],
  density: ["density", "1"],
  coverage: ["coverage", "near 1"],
  accuracy: ["a classifier tells them apart", "0.5"],
  classKl: ["KL over classes, nats", "0"],
  copied: ["samples nearer to a training row than 1 % of unseen rows", "0.01"],
  nearer: ["a sample is nearer to training rows than an unseen row", "0.5"],
};

type Row = readonly [label: string, value: string, interval: string, alike: string];

const HEAD: Row = ["", "value", "95 % interval", "where alike"];

function rowsOf({ metrics, classes }: Comparison): Row[] {
  const rows = Object.entries(metrics).map(([name, estimate]) => row(...(LABELS[name] ?? [name, ""]), estimate));
  return [...rows, ...(classes === undefined ? [] : classRows(classes))];
}

function row(label: string, alike: string, { value, low, high }: Estimate): Row {
  return [label, showNumber(value), `${showNumber(low)} to ${showNumber(high)}`, alike];
}

/** Pairs of columns that are shown, and classes. */
const PAIRS = 12;

/** The shares of classes in a, beside those in b; of many classes, those that differ most. */
function classRows({ names, a, b }: NonNullable<Comparison["classes"]>): Row[] {
  const apart = (c: number): number => Math.abs(a[c]!.value - b[c]!.value);
  const shown = names.map((_, c) => c);
  if (names.length > PAIRS) shown.sort((one, other) => apart(other) - apart(one));
  return shown
    .slice(0, PAIRS)
    .map((c) => row(`share of class ${names[c]!} in a`, `${showNumber(b[c]!.value)} in b`, a[c]!));
}

/** All columns, then the pairs that differ most beyond chance. */
function tableRows({ columns, pairs }: TableDifference): Row[] {
  const worst = [...pairs].sort((one, other) => other.value - other.byChance - (one.value - one.byChance));
  const shown = [
    ...columns.map((each) => ({
      ...each,
      label: `${each.column}, ${each.statistic === "ks" ? "KS" : "total variation"}`,
    })),
    ...worst.slice(0, PAIRS).map((each) => ({ ...each, label: `${each.columns.join(" with ")}, total variation` })),
  ];
  return shown.map(({ label, value, low, high, byChance, pValue }) => [
    label,
    showNumber(value),
    `${showNumber(low)} to ${showNumber(high)}`,
    `${showNumber(byChance)}, p ${pValue < 0.01 ? "< 0.01" : pValue.toFixed(2)}`,
  ]);
}

const TABLE_HEAD: Row = ["", "difference", "95 % interval", "by chance"];

/** Lines of columns that stand below each other. */
function aligned(rows: readonly Row[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What a comparison leaves in the folder of a run, and what its report shows. */
export interface Compared {
  readonly a: string;
  readonly b: string;
  /** What samples were compared by. */
  readonly by: string;
  readonly rows: { readonly a: number; readonly b: number };
  readonly comparison?: Comparison;
  readonly tables?: TableDifference;
}

function lines({ comparison, tables }: Compared): { readonly head: Row; readonly rows: readonly Row[] } {
  return tables === undefined
    ? { head: HEAD, rows: comparison === undefined ? [] : rowsOf(comparison) }
    : { head: TABLE_HEAD, rows: tableRows(tables) };
}

/** How it was compared. */
function about({ a, b, by, rows, tables }: Compared): string {
  const left = (tables?.pairs.length ?? 0) - PAIRS;
  const rest = left > 0 ? `; of the pairs of columns, those that differ most, ${left} more are in the JSON` : "";
  return `${rows.a} rows of ${a} (a) beside ${rows.b} of ${b} (b), compared by ${by}${rest}`;
}

export function compareText(compared: Compared): string {
  const { head, rows } = lines(compared);
  return `${about(compared)}\n${aligned([head, ...rows])}`;
}

/** Nothing, if nothing was compared yet. */
export function compareSection(compared: Compared | undefined): string {
  if (compared === undefined) return "";
  const { head, rows } = lines(compared);
  const cells = (row: Row, tag: "th" | "td"): string =>
    `<tr><th scope="row">${escapeHtml(row[0])}</th>${row
      .slice(1)
      .map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`)
      .join("")}</tr>`;
  const note = `${about(compared)}. Intervals are for so many rows.`;
  return section(
    "Beside data",
    `<div class="scroll"><table>\n${[cells(head, "th"), ...rows.map((row) => cells(row, "td"))].join("\n")}\n</table></div>\n<p class="note">${escapeHtml(note)}</p>`,
  );
}
