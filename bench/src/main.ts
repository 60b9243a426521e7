/** @file `pnpm bench`: runs ours and the peers, prints one table of ratios. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readArguments, usage } from "./arguments.js";
import { record } from "./record.js";
import { rowOf, text } from "./report.js";
import { note, run } from "./run.js";

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options.help) return void process.stdout.write(`${usage}\n`);
  const scratch = mkdtempSync(join(tmpdir(), "gen-bench-"));
  try {
    const { report, failed } = await run(options, scratch);
    process.stdout.write(options.json ? `${JSON.stringify(report.results.map(rowOf))}\n` : `\n${text(report)}\n`);
    if (options.record) record(report);
    if (failed) process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  note((error as Error).message);
  process.exitCode = 1;
});
