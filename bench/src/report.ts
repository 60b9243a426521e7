/** @file How results are shown: JSON rows, a table for people, and the same table in the README. */
import { cpus, release, totalmem, type } from "node:os";
import type { Duel } from "./measure.js";
import { peers } from "./peers.js";
import type { PeerId } from "./work.js";
import { works } from "./works.js";

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

/** What was measured before, with what is new in its place. A comparison that was not possible this time keeps its number. */
export function merged(old: Report | undefined, now: Report): Report {
  if (old === undefined) return now;
  const isIn = (rows: readonly (Absence | Result)[], row: Absence | Result): boolean =>
    rows.some(({ work, against }) => work === row.work && against === row.against);
  const place = ({ work }: Absence | Result): number => works.findIndex(({ id }) => id === work);
  const order = <T extends Absence | Result>(rows: readonly T[]): T[] => rows.toSorted((a, b) => place(a) - place(b));
  const results = [...old.results.filter((row) => !isIn(now.results, row)), ...now.results];
  const absent = [...old.absent.filter((row) => !isIn(now.absent, row)), ...now.absent];
  return {
    ...now,
    versions: [...new Set([...old.versions, ...now.versions])],
    results: order(results),
    absent: order(absent.filter((row) => !isIn(results, row))),
  };
}

/** A table for the terminal and for READMEs: GitHub's markdown, aligned. */
export function table(results: readonly Result[], { losses = true }: { readonly losses?: boolean } = {}): string {
  const columns: Readonly<Record<string, (result: Result) => string>> = {
    work: ({ work }) => titleOf(work),
    against: ({ against }) => againstTitle(against),
    ratio: ({ ratio }) => `${digits(ratio)} ×`,
    "at least": ({ target }) => `${digits(target)} ×`,
    reached: ({ ratio, target }) => (ratio >= target ? "yes" : "no"),
    "range of pairs": ({ range }) => range?.map(digits).join(" to ") ?? "",
    ours: ({ ours }) => digits(ours),
    theirs: ({ theirs }) => digits(theirs),
    unit: ({ unit }) => unit,
    ...(losses ? { "loss, ours / theirs": lossesOf } : {}),
    date: ({ date }) => date,
  };
  const header = Object.keys(columns);
  const body = results.map((result) => Object.values(columns).map((cell) => cell(result)));
  const widths = header.map((cell, i) => Math.max(cell.length, ...body.map((line) => line[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function lossesOf({ losses }: Result): string {
  if (losses === undefined) return "";
  return `${digits(losses.ours)} / ${digits(losses.theirs)} at step ${losses.steps}`;
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

/** The text with what stands between two markers replaced. @throws Error if it lost its markers */
export function withBetween(whole: string, [begin, end]: readonly [string, string], content: string): string {
  const [from, to] = [whole.indexOf(begin), whole.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md: expected the markers ${begin} and ${end}`);
  return `${whole.slice(0, from + begin.length)}\n\n${content}\n\n${whole.slice(to)}`;
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
