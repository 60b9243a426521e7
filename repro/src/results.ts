/** @file The committed results: `results/<id>.json` below the folder of this workspace, one file for each row measured. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GenError } from "@gen/core";
import type { Entry } from "./ledger.js";

export const folder = fileURLToPath(new URL("..", import.meta.url));

/** What is known of a row once it was trained. What the ledger says of it is not repeated here. */
export interface Recorded {
  readonly ours: number;
  readonly standardError: number;
  /** Other numbers of the same model, by name and in the unit of the row. */
  readonly beside?: Readonly<Record<string, number>>;
  readonly split: string;
  /** Test rows that `ours` is the mean of. */
  readonly n: number;
  readonly seed: number;
  readonly seconds: number;
  readonly steps: number;
  /** sha256 of the weights. */
  readonly sha256: string;
  /** Bytes of the weights, where they are too many to be committed. */
  readonly weightBytes?: number;
  /** The day it was measured, and on what. */
  readonly date: string;
  readonly machine: string;
  readonly notes: string;
}

/** One line of `pnpm -s repro --json`. */
export interface Line extends Omit<Entry, "target">, Recorded {
  readonly target: number | null;
  readonly hours: number;
  readonly command: string;
}

/** Weights of more bytes stay out of the repository: whoever wants to check them trains the row again. */
export const COMMITTED_BYTES = 3_000_000;

export const resultFile = (id: string): string => join(folder, "results", `${id}.json`);
export const weightsFile = (id: string): string => join(folder, "weights", `${id}.safetensors`);
export const checkpointFolder = (id: string): string => join(folder, "checkpoints", id);

/** The result of a row; undefined if it was not measured yet. @throws GenError `format` for a damaged file */
export async function readResult(id: string, file = resultFile(id)): Promise<Recorded | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new GenError("file", `cannot read ${file}`, { cause: error });
  }
  return parseResult(text, file);
}

/** @throws GenError `format` naming the field that is missing or of another type */
export function parseResult(text: string, file: string): Recorded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GenError("format", `${file}: expected JSON`, { cause });
  }
  const fields = { ...(value as Record<string, unknown> | null) };
  for (const name of ["ours", "standardError", "n", "seed", "seconds", "steps"]) {
    if (!Number.isFinite(fields[name]))
      throw new GenError("format", `${file}: expected a number as ${name}, got ${String(fields[name])}`);
  }
  for (const name of ["split", "sha256", "date", "machine", "notes"]) {
    if (typeof fields[name] !== "string")
      throw new GenError("format", `${file}: expected a text as ${name}, got ${String(fields[name])}`);
  }
  return fields as unknown as Recorded;
}

export async function writeResult(id: string, result: Recorded): Promise<void> {
  await mkdir(dirname(resultFile(id)), { recursive: true });
  await writeFile(resultFile(id), `${JSON.stringify(result, null, 2)}\n`);
}

/** What the ledger says of a row and what was measured, as one record. */
export function lineOf({ id, paper, target, unit, better }: Entry, recorded: Recorded): Line {
  const hours = Math.round(recorded.seconds / 36) / 100;
  return { id, paper, target: target ?? null, ...recorded, unit, better, hours, command: `pnpm repro ${id}` };
}
