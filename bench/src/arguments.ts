/** @file The command line: flags and works by name; what is unknown is an error that names the nearest valid one. */
import { parseArgs } from "node:util";
import { nearest } from "./nearest.js";
import { works, type PeerId } from "./works.js";

export interface Arguments {
  /** Print JSON instead of the table. */
  readonly json: boolean;
  /** Write `results.json` and the table of the README. */
  readonly record: boolean;
  readonly help: boolean;
  /** The works to run, in order. */
  readonly only: readonly string[];
  /** Compare with these peers alone; empty for all. */
  readonly against: readonly PeerId[];
  /** Interleaved pairs for each comparison. */
  readonly pairs: number;
}

const options = {
  json: { type: "boolean", default: false },
  record: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
  only: { type: "string", multiple: true, default: [] as string[] },
  against: { type: "string", multiple: true, default: [] as string[] },
  pairs: { type: "string", default: "5" },
} as const;

const opponents = [
  ...new Set(works.flatMap((work) => (work.kind === "duel" ? work.opponents : [])).map(({ peer }) => peer)),
];

export const usage = `pnpm bench [--only <work>]… [--against <peer>]… [--pairs <n>] [--json] [--record]

  --only <work>  one of: ${works.map(({ id }) => id).join(", ")}
  --against <p>  one of: ${opponents.join(", ")}
  --pairs <n>    interleaved pairs for each comparison, at least 5 (default 5)
  --json         print [{ work, against, ratio, ours, theirs, unit }] (pnpm -s bench --json)
  --record       write what was measured into bench/results.json and bench/README.md`;

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
  return {
    json: values.json,
    record: values.record,
    help: values.help,
    only: values.only.length > 0 ? values.only : ids,
    against: values.against as PeerId[],
    pairs,
  };
}

const flags = Object.keys(options).map((name) => `--${name}`);

function meant(name: string, candidates: readonly string[]): string {
  return `\n  fix: did you mean ${nearest(name, candidates)}?`;
}
