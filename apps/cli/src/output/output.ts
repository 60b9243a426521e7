/** @file What a command says: a bar and sentences on a terminal, plain lines in a pipe, one JSON object a line for machines. */
import { renderBar, renderLine, type BarStyle, type ProgressState } from "./progress.js";

/** Where text goes. */
export interface Terminal {
  /** The results. */
  out(text: string): void;
  /** Whatever is not a result: progress, notes, errors. */
  err(text: string): void;
  /** Is somebody watching `err`, so that a line may be redrawn? */
  readonly live: boolean;
  readonly columns: number;
  readonly unicode: boolean;
  readonly color: boolean;
}

export interface Output {
  /** Something happened: `text` for people (nothing, if it is empty), the event and its fields for machines. */
  say(event: string, fields: object, text: string): void;
  progress(state: ProgressState): void;
  /** What the command leaves; the last thing it says. */
  result(fields: object, text: string): void;
}

interface Timed {
  readonly terminal: Terminal;
  /** Milliseconds, from any origin. */
  readonly clock: () => number;
}

/** One JSON object a line, all of it on `out`. */
export function jsonOutput(terminal: Terminal): Output {
  const print = (event: string, fields: object): void =>
    terminal.out(`${JSON.stringify({ event, ...fields }, finite)}\n`);
  return { say: print, progress: (state) => print("progress", state), result: (fields) => print("result", fields) };
}

/** JSON has no NaN and no infinity: their names stand for them. */
function finite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** Lines for a pipe or a log file; progress at most every five seconds. */
export function lineOutput({ terminal, clock }: Timed): Output {
  const pause = every(5_000, clock);
  return {
    say: (_event, _fields, text) => {
      if (text !== "") terminal.err(`${text}\n`);
    },
    progress: (state) => {
      if (pause() || state.step === state.steps) terminal.err(`${renderLine(state)}\n`);
    },
    result: (_fields, text) => terminal.out(`${text}\n`),
  };
}

/** A bar that is redrawn in place, at most twelve times a second; what is said appears above it. */
export function barOutput({ terminal, clock }: Timed): Output {
  const clear = "\r\u001b[2K";
  const pause = every(80, clock);
  const style: BarStyle = terminal;
  let bar = "";
  return {
    say: (_event, _fields, text) => {
      if (text !== "") terminal.err(`${bar === "" ? "" : clear}${text}\n${bar}`);
    },
    progress: (state) => {
      const last = state.step >= state.steps;
      if (!pause() && !last) return;
      bar = last ? "" : renderBar(state, style);
      terminal.err(clear + (last ? `${renderBar(state, style)}\n` : bar));
    },
    result: (_fields, text) => {
      if (bar !== "") terminal.err(clear);
      bar = "";
      terminal.out(`${text}\n`);
    },
  };
}

/** True when at least `period` milliseconds have passed since it was last true; true the first time. */
function every(period: number, clock: () => number): () => boolean {
  let next = -Infinity;
  return () => {
    if (clock() < next) return false;
    next = clock() + period;
    return true;
  };
}
