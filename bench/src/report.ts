/** @file How results are shown: JSON rows, a table for people, and the same table in the README. */
import { cpus, release, totalmem, type } from "node:os";
import type { Duel } from "./measure.js";
import { peers } from "./peers.js";
import { works, type PeerId } from "./works.js";

/** One line of `pnpm -s bench --json`. Ratio > 1: ours is better. */
export interface Row {
  readonly work: string;
  readonly against: string;
  readonly ratio: number;
  readonly ours: number;
  readonly theirs: number;
  readonly unit: string;
}

/** A row, and what else is worth knowing about it. */
export interface Result extends Row {
  readonly target: number;
  /** Smallest and largest ratio of a pair. */
  readonly range?: Duel["range"];
  readonly losses?: Duel["losses"];
  /** When it was measured. */
  readonly date: string;
}

/** A comparison without a result: a peer that is not here, or one that failed. */
export interface Absence {
  readonly work: string;
  readonly against: string;
  readonly reason: string;
}

export interface Report {
  readonly machine: string;
  readonly threads: number;
  readonly versions: readonly string[];
  readonly pairs: number;
  readonly results: readonly Result[];
  readonly absent: readonly Absence[];
}

export function machineName(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() ?? "unknown CPU"}, ${memory} GiB, ${type()} ${release()}, Node ${process.version}`;
}

export function rowOf({ work, against, ratio, ours, theirs, unit }: Result): Row {
  return { work, against, ratio, ours, theirs, unit };
}

/** What was measured before, with what is new in its place. */
export function merged(old: Report | undefined, now: Report): Report {
  if (old === undefined) return now;
  const isNew = (row: Absence | Result): boolean =>
    [...now.results, ...now.absent].some(({ work, against }) => work === row.work && against === row.against);
  const place = ({ work }: Absence | Result): number => works.findIndex(({ id }) => id === work);
  const order = <T extends Absence | Result>(rows: readonly T[]): T[] => rows.toSorted((a, b) => place(a) - place(b));
  return {
    ...now,
    versions: [...new Set([...old.versions, ...now.versions])],
    results: order([...old.results.filter((row) => !isNew(row)), ...now.results]),
    absent: order([...old.absent.filter((row) => !isNew(row)), ...now.absent]),
  };
}

/** The table of the README and of the terminal: GitHub's markdown, aligned. */
export function table(results: readonly Result[]): string {
  const header = [
    "work",
    "against",
    "ratio",
    "at least",
    "reached",
    "range of pairs",
    "ours",
    "theirs",
    "unit",
    "loss, ours / theirs",
    "date",
  ];
  const body = results.map((result) => [
    titleOf(result.work),
    againstTitle(result.against),
    `${digits(result.ratio)} ×`,
    `${digits(result.target)} ×`,
    result.ratio >= result.target ? "yes" : "no",
    result.range === undefined ? "" : result.range.map(digits).join(" to "),
    digits(result.ours),
    digits(result.theirs),
    result.unit,
    result.losses === undefined
      ? ""
      : `${result.losses.ours.toFixed(1)} / ${result.losses.theirs.toFixed(1)} at step ${result.losses.steps}`,
    result.date,
  ]);
  const widths = header.map((cell, i) => Math.max(cell.length, ...body.map((line) => line[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

/** The whole report as text. */
export function text(report: Report): string {
  const lines = [
    table(report.results),
    "",
    `Machine: ${report.machine}; ${report.threads} threads; median of ${report.pairs} interleaved pairs.`,
    `Versions: ${report.versions.join(", ")}.`,
    ...report.absent.map(
      ({ work, against, reason }) => `Not measured: ${work} against ${againstTitle(against)}: ${reason}.`,
    ),
  ];
  return lines.join("\n");
}

const BEGIN = "<!-- results: begin -->";
const END = "<!-- results: end -->";

/** The README with its table replaced. @throws Error if the README lost its markers. */
export function withTable(readme: string, report: Report): string {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`bench/README.md: expected the markers ${BEGIN} and ${END}`);
  return `${readme.slice(0, from + BEGIN.length)}\n\n${text(report)}\n\n${readme.slice(to)}`;
}

function titleOf(id: string): string {
  return works.find((work) => work.id === id)?.title ?? id;
}

function againstTitle(against: string): string {
  return against in peers ? peers[against as PeerId].title : against;
}

/** Three significant digits, without exponents. */
export function digits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
