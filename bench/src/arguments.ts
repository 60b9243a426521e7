/** @file The command line: flags and works by name; what is unknown is an error that names the nearest valid one. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { nearest } from "./nearest.js";
import type { PeerId } from "./work.js";
import { works } from "./works.js";

export interface Arguments {
  /** Print JSON instead of the table. */
  readonly json: boolean;
  /** A tenth of the steps: to see that everything runs. */
  readonly quick: boolean;
  /** Write `results.json` and the tables of the READMEs. */
  readonly record: boolean;
  readonly help: boolean;
  /** The works to run, in order. */
  readonly only: readonly string[];
  /** Compare with these peers alone; empty for all. */
  readonly against: readonly PeerId[];
  /** Interleaved pairs for each comparison. */
  readonly pairs: number;
  /** Of each side that has threads. */
  readonly threads: number;
}

const options = {
  json: { type: "boolean", default: false },
  quick: { type: "boolean", default: false },
  record: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
  only: { type: "string", multiple: true, default: [] as string[] },
  against: { type: "string", multiple: true, default: [] as string[] },
  pairs: { type: "string", default: "5" },
  threads: { type: "string", default: String(availableParallelism()) },
} as const;

const opponents = [
  ...new Set(works.flatMap((work) => (work.kind === "duel" ? work.opponents : [])).map(({ peer }) => peer)),
];

export const usage = `pnpm bench [--only <work>]… [--against <peer>]… [--pairs <n>] [--threads <n>] [--quick] [--json] [--record]

  --only <work>  one of: ${works.map(({ id }) => id).join(", ")}
  --against <p>  one of: ${opponents.join(", ")}
  --pairs <n>    interleaved pairs for each comparison, at least 5 (default 5)
  --threads <n>  of each side that has them (default: all cores)
  --quick        a tenth of the steps, to see that everything runs
  --json         print [{ work, against, ratio, ours, theirs, unit }] (pnpm -s bench --json)
  --record       write what was measured into bench/results.json, bench/README.md and README.md`;

/** @throws Error with the nearest valid name, for anything that is not known. */
export function readArguments(argv: readonly string[]): Arguments {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional")
      throw new Error(`bench: expected no argument, got "${token.value}"${meant(`--${token.value}`, flags)}`);
    if (token.kind === "option" && !(token.name in options)) {
      throw new Error(`bench: unknown flag ${token.rawName}${meant(token.rawName, flags)}`);
    }
  }
  const { values } = parseArgs({ args: [...argv], options });
  const ids = works.map(({ id }) => id);
  for (const id of values.only) {
    if (!ids.includes(id as never)) throw new Error(`bench: unknown work "${id}"${meant(id, ids)}`);
  }
  for (const peer of values.against) {
    if (!opponents.includes(peer as never)) throw new Error(`bench: unknown peer "${peer}"${meant(peer, opponents)}`);
  }
  const pairs = Number(values.pairs);
  if (!Number.isInteger(pairs) || pairs < 5) throw new Error(`bench: expected --pairs ≥ 5, got ${values.pairs}`);
  const threads = Number(values.threads);
  if (!Number.isInteger(threads) || threads < 1)
    throw new Error(`bench: expected --threads ≥ 1, got ${values.threads}`);
  if (values.record && values.quick) throw new Error("bench: expected no --record with --quick");
  if (values.record && threads !== availableParallelism())
    throw new Error("bench: expected all cores for --record, got --threads\n  fix: leave one of the two out");
  return {
    json: values.json,
    quick: values.quick,
    record: values.record,
    help: values.help,
    only: values.only.length > 0 ? values.only : ids,
    against: values.against as PeerId[],
    pairs,
    threads,
  };
}

const flags = Object.keys(options).map((name) => `--${name}`);

function meant(name: string, candidates: readonly string[]): string {
  return `\n  fix: did you mean ${nearest(name, candidates)}?`;
}
