/** @file The command line of `pnpm repro`. */
import { parseArgs } from "node:util";
import { GenError, nearestName } from "@gen/core";
import type { NodeDevice } from "@gen/core/node";
import type { RowExport } from "./export.js";
import { entryOf } from "./ledger.js";

export type Command =
  | { readonly do: "help" }
  | { readonly do: "list"; readonly json: boolean }
  | { readonly do: "leaderboard"; readonly n: number; readonly threads: number }
  | {
      readonly do: "train";
      readonly id: string;
      readonly resume: boolean;
      readonly threads: number;
      readonly device?: NodeDevice;
      /** How long it trains at the most. */
      readonly minutes?: number;
    }
  | { readonly do: "check"; readonly id: string; readonly n: number }
  | ({ readonly do: "export" } & RowExport);

/** Samples of each contestant of the leaderboard. */
const LEADERBOARD_ROWS = 10_000;

/** Test rows that `--check` evaluates, at the least. */
const LEAST_ROWS = 1000;

/** Minutes that a timer can count: three weeks. */
const LONGEST = 30_000;

export const usage = `pnpm repro                    the ledger, every row, its target and what was measured; then the leaderboard
pnpm -s repro --json          the measured rows as JSON
pnpm repro <id>               trains the row again, writes its weights and its result
pnpm repro <id> --resume      goes on from the row's checkpoint
pnpm repro <id> --threads 2   computes with so many threads (default 1); the result does not depend on it
pnpm repro <id> --device webgpu   computes on the GPU, where the row can
pnpm repro <id> --minutes 50  stops after so long and measures what was learned, where the row can; --resume goes on
pnpm repro <id> --check       evaluates the committed weights on --n random test rows (default ${LEAST_ROWS})
pnpm repro <id> --export <folder>   the committed weights as an exported model; --files sampler,decode leaves out the others,
                              --precision f16-weights halves it
pnpm repro leaderboard        measures the samples of every row that draws pictures and whose weights are here; --n, --threads`;

const options = {
  json: { type: "boolean" },
  resume: { type: "boolean" },
  check: { type: "boolean" },
  export: { type: "string" },
  files: { type: "string" },
  precision: { type: "string" },
  help: { type: "boolean" },
  n: { type: "string" },
  threads: { type: "string" },
  device: { type: "string" },
  minutes: { type: "string" },
} as const;

/** @throws GenError `option` for what is unknown or has no effect, with the nearest valid name */
export function readCommand(argv: readonly string[]): Command {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === "option" && !(token.name in options)) throw unknownFlag(token.rawName);
  }
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help === true) return { do: "help" };
  const [id, ...rest] = positionals;
  if (rest.length > 0) throw new GenError("option", `repro: expected one id, got ${positionals.join(" ")}`);
  if (id === undefined) {
    for (const flag of [
      "resume",
      "check",
      "export",
      "files",
      "precision",
      "n",
      "threads",
      "device",
      "minutes",
    ] as const)
      if (values[flag] !== undefined) throw ineffective(flag, "an id");
    return { do: "list", json: values.json === true };
  }
  if (values.json !== undefined) throw ineffective("json", "no id");
  if (id === "leaderboard") {
    for (const flag of ["resume", "check", "export", "files", "precision", "device", "minutes"] as const)
      if (values[flag] !== undefined) throw ineffective(flag, "the id of a row");
    return {
      do: "leaderboard",
      n: rowCount(values.n ?? String(LEADERBOARD_ROWS)),
      threads: threadCount(values.threads ?? "1"),
    };
  }
  entryOf(id);
  if (values.export !== undefined) {
    for (const flag of ["check", "resume", "n", "threads", "device", "minutes"] as const)
      if (values[flag] !== undefined) throw ineffective(flag, "no --export");
    return {
      do: "export",
      id,
      to: values.export,
      files: values.files?.split(","),
      precision: precisionOf(values.precision),
    };
  }
  for (const flag of ["files", "precision"] as const)
    if (values[flag] !== undefined) throw ineffective(flag, "--export");
  if (values.check !== true) {
    if (values.n !== undefined) throw ineffective("n", "--check");
    return {
      do: "train",
      id,
      resume: values.resume === true,
      threads: threadCount(values.threads ?? "1"),
      ...(values.device !== undefined && { device: deviceOf(values.device) }),
      ...(values.minutes !== undefined && { minutes: minuteCount(values.minutes) }),
    };
  }
  for (const flag of ["threads", "resume", "device", "minutes"] as const)
    if (values[flag] !== undefined) throw ineffective(flag, "no --check");
  return { do: "check", id, n: rowCount(values.n) };
}

function rowCount(text: string | undefined): number {
  const n = text === undefined ? LEAST_ROWS : Number(text);
  if (Number.isSafeInteger(n) && n >= LEAST_ROWS) return n;
  throw new GenError("option", `repro: expected --n ≥ ${LEAST_ROWS}, got ${text ?? "none"}`);
}

function threadCount(text: string): number {
  const n = Number(text);
  if (Number.isSafeInteger(n) && n >= 1) return n;
  throw new GenError("option", `repro: expected --threads ≥ 1, got ${text}`);
}

function minuteCount(text: string): number {
  const minutes = Number(text);
  if (minutes > 0 && minutes <= LONGEST) return minutes;
  throw new GenError("option", `repro: expected --minutes above 0 and up to ${LONGEST}, got ${text}`);
}

function deviceOf(text: string): NodeDevice {
  if (text === "cpu" || text === "webgpu") return text;
  throw new GenError("option", `repro: expected --device cpu or webgpu, got ${text}`);
}

function precisionOf(text = "f32"): "f32" | "f16-weights" {
  if (text === "f32" || text === "f16-weights") return text;
  throw new GenError("option", `repro: expected --precision f32 or f16-weights, got ${text}`);
}

function unknownFlag(flag: string): GenError {
  const near = nearestName(
    flag,
    Object.keys(options).map((name) => `--${name}`),
  );
  return new GenError("option", `repro: unknown flag ${flag}`, {
    fix: near === undefined ? usage : `did you mean ${near}?`,
  });
}

function ineffective(flag: string, needs: string): GenError {
  return new GenError("option", `repro: --${flag} has an effect only with ${needs}`, { fix: `leave out --${flag}` });
}
