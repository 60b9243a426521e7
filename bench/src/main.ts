/** @file `pnpm bench`: runs ours and the peers, prints one table of ratios. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { readArguments, usage, type Arguments } from "./arguments.js";
import { writeFixture } from "./fixtures.js";
import { duel, median } from "./measure.js";
import { folder, ours, peers } from "./peers.js";
import { Side, type Reply, type Request } from "./protocol.js";
import {
  digits,
  machineName,
  merged,
  rowOf,
  text,
  withTable,
  type Absence,
  type Report,
  type Result,
} from "./report.js";
import { spec } from "./spec.js";
import { works, type DuelWork, type Opponent, type SoloWork } from "./works.js";

const threads = availableParallelism();
const versions = new Set<string>();

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options.help) return void process.stdout.write(`${usage}\n`);
  const scratch = mkdtempSync(join(tmpdir(), "gen-bench-"));
  try {
    const report = await run(options, scratch);
    process.stdout.write(options.json ? `${JSON.stringify(report.results.map(rowOf))}\n` : `\n${text(report)}\n`);
    if (options.record) record(report);
    if (report.failed) process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function run(
  { only, against: chosen, pairs }: Arguments,
  scratch: string,
): Promise<Report & { readonly failed: boolean }> {
  const results: Result[] = [];
  const absent: Absence[] = [];
  let failed = false;
  for (const work of works.filter(({ id }) => only.includes(id))) {
    if (work.kind === "solo") {
      results.push(await solo(work, scratch, pairs));
      continue;
    }
    const fixture = join(scratch, work.id);
    writeFixture(work.id, fixture);
    for (const opponent of work.opponents) {
      const { peer } = opponent;
      if (chosen.length > 0 && !chosen.includes(peer)) continue;
      let reason = peers[peer].absence();
      try {
        if (reason === undefined) results.push(await against(work, opponent, fixture, pairs));
      } catch (error) {
        reason = (error as Error).message; // the others are compared all the same
        failed = true;
        note(`bench: ${work.id}, ours against ${peer}: ${reason}`);
      }
      if (reason !== undefined) absent.push({ work: work.id, against: peer, reason });
    }
  }
  return { machine: machineName(), threads, versions: [...versions], pairs, results, absent, failed };
}

/** Ours and one peer, interleaved. */
async function against(
  work: DuelWork,
  { peer, target, steps }: Opponent,
  fixture: string,
  pairs: number,
): Promise<Result> {
  note(`${work.id} against ${peers[peer].title}: warm-up and ${pairs} pairs`);
  const sides = [new Side(ours, folder), new Side(peers[peer].command, folder)] as const;
  const request: Request = { work: work.id, steps: work.steps, threads, folder: fixture };
  try {
    const { versions: ran, ...result } = await duel(
      () => calm().then(() => named(work.id, "ours", sides[0].ask(request))),
      () => calm().then(() => named(work.id, peer, sides[1].ask({ ...request, steps }))),
      { pairs, compared: work.compared },
    );
    versions.add(ran.ours).add(ran.theirs);
    note(`  ${digits(result.ratio)} × (at least ${digits(target)} ×)`);
    return { work: work.id, against: peer, target, unit: "steps/s", date: today(), ...result };
  } finally {
    for (const side of sides) side.close();
  }
}

/** Threads of a runtime spin for a while after their last work: a turn that began at once would share the cores with them. */
const calm = (): Promise<void> => setTimeout(500);

/** Ours against a number: seconds to build a graph, or memory after many steps. */
async function solo(work: SoloWork, scratch: string, pairs: number): Promise<Result> {
  note(`${work.id}: ${work.title}`);
  const fixture = join(scratch, "vae-dense");
  if (work.id === "memory") writeFixture("vae-dense", fixture);
  const request: Request = { work: work.id, steps: work.steps, threads, folder: fixture };
  const fresh = async (): Promise<Reply> => {
    const side = new Side(ours, folder); // A process of its own: nothing is warm, as for a user who starts a run.
    try {
      const reply = await named(work.id, "ours", side.ask(request));
      versions.add(reply.version);
      return reply;
    } finally {
      side.close();
    }
  };
  const shared = { work: work.id, against: work.against, target: work.target, unit: work.unit, date: today() };
  if (work.id === "memory") {
    const [early, late] = (await fresh()).resident!;
    return { ...shared, ratio: early / late, ours: late, theirs: early };
  }
  const seconds: number[] = [];
  for (let i = 0; i < pairs; i++) seconds.push((await fresh()).seconds);
  const limit = spec["graph-12x768"].seconds;
  return { ...shared, ratio: limit / median(seconds), ours: median(seconds), theirs: limit };
}

async function named<T>(work: string, side: string, reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    throw new Error(`${work}, ${side}: ${(error as Error).message}`, { cause: error });
  }
}

/** Takes the place of what was measured before of the same comparisons, and leaves the rest. */
function record({ failed: _, ...report }: Report & { readonly failed: boolean }): void {
  const [readme, file] = [join(folder, "README.md"), join(folder, "results.json")];
  const old = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : undefined;
  const all = merged(old, report);
  writeFileSync(readme, withTable(readFileSync(readme, "utf8"), all));
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}

const today = (): string => new Date().toISOString().slice(0, 10);

main().catch((error: unknown) => {
  note((error as Error).message);
  process.exitCode = 1;
});
