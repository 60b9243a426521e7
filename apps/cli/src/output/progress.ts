/** @file How far a long job is, as text. Pure: what is shown depends on the arguments alone. */
import { showCount, showDuration, showNumber, showRate } from "./format.js";

export interface ProgressState {
  readonly step: number;
  readonly steps: number;
  /** The loss to show, in the unit of the objective; absent before the first step. */
  readonly loss?: number;
  /** Steps per second; absent before the first. */
  readonly rate?: number;
  /** Seconds that remain; absent while unknown. */
  readonly secondsLeft?: number;
}

export interface BarStyle {
  /** Columns there are; the bar takes what the words leave. */
  readonly columns: number;
  /** Box-drawing characters, or plain ASCII. */
  readonly unicode: boolean;
  readonly color: boolean;
}

const MIN_BAR = 8;
const MAX_BAR = 40;
const CYAN = "\u001b[36m";
const DIM = "\u001b[2m";
const RESET = "\u001b[0m";

/** One line that fits: a bar, then step, loss, rate and time left, of which the last are dropped where space is short. */
export function renderBar(state: ProgressState, { columns, unicode, color }: BarStyle): string {
  const parts = describe(state);
  const gap = "  ";
  // One column stays free: a full last column makes some terminals wrap.
  while (parts.length > 1 && columns - 1 < MIN_BAR + parts.join(gap).length + gap.length) parts.pop();
  const text = parts.join(gap);
  const width = Math.min(MAX_BAR, columns - 1 - gap.length - text.length);
  if (width < MIN_BAR) return text.slice(0, Math.max(0, columns - 1));
  const done = Math.round(width * Math.min(1, state.steps === 0 ? 1 : state.step / state.steps));
  const [full, rest] = unicode ? ["━", "─"] : ["#", "-"];
  const bar = color
    ? `${CYAN}${full.repeat(done)}${RESET}${DIM}${rest.repeat(width - done)}${RESET}`
    : full.repeat(done) + rest.repeat(width - done);
  return `${bar}${gap}${text}`;
}

/** The same as one plain line, for a log. */
export function renderLine(state: ProgressState): string {
  return describe(state).join(", ");
}

function describe({ step, steps, loss, rate, secondsLeft }: ProgressState): string[] {
  const parts = [`${showCount(step).padStart(showCount(steps).length)} / ${showCount(steps)}`];
  if (loss !== undefined) parts.push(`loss ${showNumber(loss)}`);
  if (secondsLeft !== undefined && step < steps) parts.push(`${showDuration(secondsLeft)} left`);
  if (rate !== undefined) parts.push(showRate(rate));
  return parts;
}
