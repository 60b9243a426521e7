/** @file `pnpm repro`: prints the ledger, trains a row again, or evaluates the weights that are committed. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { GenError, isGenError } from "@gen/core";
import { readCommand, usage, type Command } from "./src/command.js";
import { exportRow } from "./src/export.js";
import { ledger, reaches } from "./src/ledger.js";
import { leaderboardText, measureLeaderboard, readLeaderboard, type Contestant } from "./src/leaderboard.js";
import { COMMITTED_BYTES, lineOf, readResult, weightsFile, writeResult } from "./src/results.js";
import { loadRow } from "./src/rows.js";
import { table } from "./src/table.js";

async function main(command: Command): Promise<void> {
  switch (command.do) {
    case "help":
      print(usage);
      return;
    case "list":
      return list(command.json);
    case "leaderboard":
      return leaderboard(command);
    case "train":
      return train(command);
    case "check":
      return check(command.id, command.n);
    case "export": {
      const to = resolve(process.env["INIT_CWD"] ?? ".", command.to); // pnpm runs scripts elsewhere than the user is
      const { files } = await exportRow({ ...command, to });
      print(`${to}: card.json, ${Object.keys(files).join(", ")}`);
      return;
    }
  }
}

async function list(json: boolean): Promise<void> {
  const rows = await Promise.all(ledger.map(async (entry) => ({ entry, recorded: await readResult(entry.id) })));
  const lines = rows.flatMap(({ entry, recorded }) => (recorded === undefined ? [] : [lineOf(entry, recorded)]));
  const board = await readLeaderboard();
  print(json ? JSON.stringify(lines, null, 2) : table(rows));
  if (board !== undefined && !json) print(`\n${leaderboardText(board)}`);
}

/** Measures every row that draws pictures and whose weights are here. */
async function leaderboard({ n, threads }: Extract<Command, { do: "leaderboard" }>): Promise<void> {
  const contestants = new Map<string, Contestant>();
  for (const { id } of ledger) {
    if (!existsSync(weightsFile(id))) continue;
    const { contestant } = await loadRow(id);
    if (contestant !== undefined) contestants.set(id, contestant);
  }
  print(leaderboardText(await measureLeaderboard({ n, threads, contestants, log: note })));
}

async function train({
  id,
  resume,
  threads,
  device = "cpu",
  minutes,
}: Extract<Command, { do: "train" }>): Promise<void> {
  const row = await loadRow(id);
  if (device !== "cpu" && row.choosesDevice !== true) {
    throw new GenError("option", `repro: expected ${id} on the CPU, got --device ${device}`, {
      fix: "leave out --device",
    });
  }
  if (minutes !== undefined && row.isRelay !== true) {
    throw new GenError("option", `repro: expected ${id} without --minutes: its training has an end of its own`, {
      fix: "leave out --minutes",
    });
  }
  const stop = new AbortController();
  if (minutes !== undefined) setTimeout(() => stop.abort(new Error("time is up")), minutes * 60_000).unref();
  process.once("SIGINT", () => stop.abort(new Error("interrupted")));
  const { measured, ...result } = await row.train({ resume, threads, device, log: note, signal: stop.signal });
  const { size } = await stat(weightsFile(id));
  await writeResult(id, {
    ours: measured.value,
    standardError: measured.standardError,
    split: row.split,
    n: measured.n,
    ...result,
    sha256: await hashOf(weightsFile(id)),
    ...(size > COMMITTED_BYTES && { weightBytes: size }),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown CPU"}, Node ${process.version}`,
  });
  const reached = reaches(row, measured.value);
  print(
    `${id}: ${measured.value.toFixed(2)} ± ${measured.standardError.toFixed(2)} ${row.unit}${reached === false ? ", short of" : ", target"} ${row.target ?? "none"}${besideText(result.beside)}`,
  );
}

function besideText(beside: Readonly<Record<string, number>> = {}): string {
  return Object.entries(beside)
    .map(([name, value]) => `, ${name} ${value.toFixed(2)}`)
    .join("");
}

/** Evaluates the committed weights; they must be the recorded ones, and give the recorded number as far as chance allows. */
async function check(id: string, n: number): Promise<void> {
  const row = await loadRow(id);
  const recorded = await readResult(id);
  if (recorded === undefined)
    throw new GenError("data", `repro: expected a committed result of ${id}, got none`, { fix: `pnpm repro ${id}` });
  if (recorded.weightBytes !== undefined && !existsSync(weightsFile(id))) {
    const megabytes = (recorded.weightBytes / 1e6).toFixed(0);
    throw new GenError(
      "file",
      `${weightsFile(id)}: expected the weights, got none: ${megabytes} MB are not committed`,
      {
        fix: `pnpm repro ${id}`,
      },
    );
  }
  const hash = await hashOf(weightsFile(id));
  if (hash !== recorded.sha256) {
    throw new GenError("hash", `${weightsFile(id)}: expected sha256 ${recorded.sha256}, got ${hash}`, {
      fix: `git checkout -- repro/weights, or pnpm repro ${id}`,
    });
  }
  const { value, standardError, n: rows } = await row.check(n);
  const apart = Math.abs(value - recorded.ours);
  print(
    `${id}: ${value.toFixed(2)} ± ${standardError.toFixed(2)} ${row.unit} on ${rows} random test rows; recorded ${recorded.ours.toFixed(2)} on ${recorded.n}`,
  );
  if (apart > 4 * standardError) {
    throw new GenError(
      "numeric",
      `repro: expected ${id} within four standard errors of ${recorded.ours.toFixed(2)}, got ${value.toFixed(2)}`,
    );
  }
}

async function hashOf(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  await main(readCommand(process.argv.slice(2)));
} catch (error) {
  note(isGenError(error) ? error.message : ((error as Error).stack ?? String(error)));
  process.exitCode = 1;
}
