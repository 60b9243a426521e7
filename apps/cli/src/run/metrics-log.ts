/** @file metrics.jsonl: what was measured, one JSON object a line, in the order of the steps. */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { fileError } from "@gen/core/node";
import { isRecord } from "../schema/config.js";
import { naming } from "./files.js";

/** What one line holds. The loss is the mean over the steps since the line before. */
export interface Metrics {
  /** Steps done. */
  readonly step: number;
  /** Seconds of training so far, without those between runs. */
  readonly seconds: number;
  readonly loss?: number;
  /** The other outputs of the step, where it has some: means like the loss. */
  readonly parts?: Readonly<Record<string, number>>;
  /** Means over held-out data, by metric. */
  readonly validation?: Readonly<Record<string, number>>;
  /** What was found to be wrong with the training so far, and what to try; of the last line that has them. */
  readonly notes?: readonly string[];
}

/**
 * The log of a run, open at its end. A line that a crash tore, and lines after the step from which the run goes on, are
 * cut off first, so that a resumed run leaves the file that an uninterrupted one leaves.
 */
export class MetricsLog {
  readonly #path: string;
  readonly #file: number;
  #end: number;

  /** @param fromStep steps of the checkpoint from which the run goes on; 0 for a new run. */
  constructor(path: string, fromStep: number) {
    this.#path = path;
    const kept = existsSync(path)
      ? parseLines(readMetrics(path)).filter(({ metrics }) => metrics.step <= fromStep)
      : [];
    this.#end = kept.reduce((bytes, { line }) => bytes + Buffer.byteLength(line) + 1, 0);
    this.#file = naming("cannot write", path, () => {
      const file = openSync(path, existsSync(path) ? "r+" : "wx");
      ftruncateSync(file, this.#end);
      return file;
    });
  }

  /** Appends a line, whole or not at all. @throws GenError `file` when the disk is full; earlier lines stay. */
  append(metrics: Metrics): void {
    const line = Buffer.from(`${JSON.stringify(metrics)}\n`);
    try {
      for (let at = 0; at < line.length;) at += writeSync(this.#file, line, at, line.length - at, this.#end + at);
    } catch (cause) {
      ftruncateSync(this.#file, this.#end);
      throw fileError("cannot write", this.#path, cause);
    }
    this.#end += line.length;
  }

  /** Returns when the lines so far would survive a power cut. */
  sync(): void {
    naming("cannot write", this.#path, () => fsyncSync(this.#file));
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The measurements in a log; what a crash tore is left out. */
export function parseMetrics(text: string): Metrics[] {
  return parseLines(text).map(({ metrics }) => metrics);
}

/** The whole lines up to the first that is not one: a crash can only have torn the end. */
function parseLines(text: string): { readonly line: string; readonly metrics: Metrics }[] {
  const lines: { line: string; metrics: Metrics }[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const metrics = parseLine(line);
    if (metrics === undefined) break;
    lines.push({ line, metrics });
  }
  return lines;
}

function parseLine(line: string): Metrics | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && typeof value["step"] === "number" ? (value as unknown as Metrics) : undefined;
  } catch {
    return undefined;
  }
}

function readMetrics(path: string): string {
  return naming("cannot read", path, () => readFileSync(path, "utf8"));
}
