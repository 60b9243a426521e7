/** @file Runs works: ours and each peer in turns, or ours against a number. */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Arguments } from "./arguments.js";
import { writeFixture } from "./fixtures.js";
import { duel, median } from "./measure.js";
import { folder, ours, peers } from "./peers.js";
import { Side, type Reply, type Request } from "./protocol.js";
import { digits, machineName, type Absence, type Report, type Result } from "./report.js";
import type { DuelWork, Opponent, SoloWork } from "./work.js";
import { works } from "./works.js";
import { graph12x768 } from "./works/core.js";
import { vaes } from "./works/vae.js";

export const note = (line: string): void => void process.stderr.write(`${line}\n`);

/** What every comparison of a run shares. */
interface Shared {
  readonly pairs: number;
  readonly threads: number;
  readonly versions: Set<string>;
  readonly scratch: string;
  /** Of the given number of steps, how many are taken. */
  readonly taken: (steps: number) => number;
}

/** @param scratch a folder for weights and rows @returns the report, and whether a comparison ended in an error */
export async function run(
  { only, against: chosen, pairs, threads, quick }: Arguments,
  scratch: string,
): Promise<{ readonly report: Report; readonly failed: boolean }> {
  const taken = (steps: number): number => (quick ? Math.ceil(steps / 10) : steps);
  const shared: Shared = { pairs, threads, versions: new Set(), scratch, taken };
  const results: Result[] = [];
  const absent: Absence[] = [];
  let failed = false;
  const attempt = async (id: string, against: string, measure: () => Promise<Result>): Promise<void> => {
    try {
      results.push(await measure());
    } catch (error) {
      const reason = (error as Error).message; // the others are compared all the same
      failed = true;
      note(`bench: ${id}, ours against ${against}: ${reason}`);
      absent.push({ work: id, against, reason });
    }
  };
  for (const work of works.filter(({ id }) => only.includes(id))) {
    if (work.kind === "solo") {
      if (chosen.length === 0) await attempt(work.id, work.against, () => solo(work, shared));
      continue;
    }
    const fixture = join(scratch, work.id);
    writeFixture(work, fixture);
    for (const opponent of work.opponents) {
      const { peer } = opponent;
      if (chosen.length > 0 && !chosen.includes(peer)) continue;
      const reason = peers[peer].absence();
      if (reason === undefined) await attempt(work.id, peer, () => against(work, opponent, shared));
      else absent.push({ work: work.id, against: peer, reason });
    }
  }
  const report = { machine: machineName(), threads, versions: [...shared.versions], pairs, results, absent };
  return { report, failed };
}

/** Ours and one peer, interleaved. */
async function against(work: DuelWork, opponent: Opponent, shared: Shared): Promise<Result> {
  const { peer, target, steps } = opponent;
  const { pairs, threads, versions, scratch, taken } = shared;
  note(`${work.id} against ${peers[peer].title}: warm-up and ${pairs} pairs`);
  const sides = [new Side(ours, folder), new Side(peers[peer].command, folder)] as const;
  const request: Request = { work: work.id, steps: taken(work.steps), threads, folder: join(scratch, work.id) };
  try {
    const { versions: ran, ...result } = await duel(
      () => calm().then(() => named(work.id, "ours", sides[0].ask(request))),
      () => calm().then(() => named(work.id, peer, sides[1].ask({ ...request, steps: taken(steps) }))),
      { pairs, perStep: work.perStep, compared: work.compared },
    );
    versions.add(ran.ours).add(ran.theirs);
    note(`  ${digits(result.ratio)} × (at least ${digits(target)} ×)`);
    return { work: work.id, against: peer, target, unit: `${work.unit ?? "steps"}/s`, date: today(), ...result };
  } finally {
    for (const side of sides) side.close();
  }
}

/** Threads of a runtime spin for a while after their last work: a turn that began at once would share the cores with them. */
const calm = (): Promise<void> => setTimeout(500);

/** Ours against a number: seconds to build a graph, or memory after many steps. */
async function solo(work: SoloWork, { pairs, threads, versions, scratch, taken }: Shared): Promise<Result> {
  note(`${work.id}: ${work.title}`);
  const fixture = join(scratch, "vae-dense");
  if (work.id === "memory")
    writeFixture(
      vaes.find(({ id }) => id === "vae-dense")!,
      fixture,
    );
  const request: Request = { work: work.id, steps: taken(work.steps), threads, folder: fixture };
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
  const row = { work: work.id, against: work.against, target: work.target, unit: work.unit, date: today() };
  if (work.id === "memory") {
    const [early, late] = (await fresh()).resident!;
    return { ...row, ratio: early / late, ours: late, theirs: early };
  }
  const seconds: number[] = [];
  for (let i = 0; i < pairs; i++) seconds.push((await fresh()).seconds);
  const limit = graph12x768.seconds;
  return { ...row, ratio: limit / median(seconds), ours: median(seconds), theirs: limit };
}

async function named<T>(work: string, side: string, reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    throw new Error(`${work}, ${side}: ${(error as Error).message}`, { cause: error });
  }
}

const today = (): string => new Date().toISOString().slice(0, 10);
