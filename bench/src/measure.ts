/** @file Interleaved pairs: ours, theirs, ours, theirs …; what disturbs the machine disturbs both. */
import type { Reply } from "./protocol.js";

/** One number against another; ratio > 1: ours is better. */
export interface Comparison {
  readonly ratio: number;
  readonly ours: number;
  readonly theirs: number;
}

/** Runs a side for one turn. */
export type Turn = () => Promise<Reply>;

export interface Duel extends Comparison {
  readonly versions: { readonly ours: string; readonly theirs: string };
  /** Mean loss over the last steps that both have run. */
  readonly losses: { readonly ours: number; readonly theirs: number; readonly steps: number };
  /** Smallest and largest ratio of a pair. */
  readonly range: readonly [number, number];
}

/** Which losses of two sides must agree, and how nearly. */
export interface Compared {
  /** Only the losses of so many steps at the start, instead of the second half of 96. */
  readonly first: number;
  /** How far apart their means may be, as a share. */
  readonly within: number;
}

export interface DuelOptions {
  readonly pairs: number;
  /** What is done in a step, in the unit of the work. @default 1 */
  readonly perStep?: number | undefined;
  /** @default the second half of the first 96 steps, within 2 % */
  readonly compared?: Compared | undefined;
}

/**
 * Warm-up, then `pairs` interleaved pairs; the medians of the ratios and of both rates, a second.
 *
 * @throws Error if the two sides do not compute the same thing, as far as their losses show.
 */
export async function duel(ours: Turn, theirs: Turn, { pairs, perStep = 1, compared }: DuelOptions): Promise<Duel> {
  const replies = { ours: [await ours()], theirs: [await theirs()] };
  for (let pair = 0; pair < pairs; pair++) {
    replies.ours.push(await ours());
    replies.theirs.push(await theirs());
  }
  const rate = ({ steps, seconds }: Reply): number => (perStep * steps) / seconds;
  const rates = { ours: replies.ours.slice(1).map(rate), theirs: replies.theirs.slice(1).map(rate) };
  const ratios = rates.ours.map((mine, i) => mine / rates.theirs[i]!);
  return {
    ratio: median(ratios),
    ours: median(rates.ours),
    theirs: median(rates.theirs),
    range: [Math.min(...ratios), Math.max(...ratios)],
    versions: { ours: replies.ours[0]!.version, theirs: replies.theirs[0]!.version },
    losses: compareLosses(lossesOf(replies.ours), lossesOf(replies.theirs), compared),
  };
}

/** How far apart the losses may be: only the noise of the reparameterisation differs between two sides. */
const TOLERANCE = 0.02;

/**
 * Steps after which losses are not compared. By then noise alone decides when a model leaves a plateau: PyTorch's own
 * `vae-conv` under five seeds has means of 495 to 497 over steps 50 to 96, but of 452 to 467 over the next 96.
 */
const COMPARABLE = 96;

/**
 * Both sides start from the same weights and see the same batches, so the mean over the last half of the steps that
 * both have run, of the first 96 if there are more, must agree.
 *
 * @throws Error if a loss is not finite, or the means differ by more than 2 % (or what `compared` says).
 */
export function compareLosses(ours: readonly number[], theirs: readonly number[], compared?: Compared): Duel["losses"] {
  const steps = Math.min(ours.length, theirs.length, compared?.first ?? COMPARABLE);
  const from = compared === undefined ? Math.floor(steps / 2) : 0;
  const within = compared?.within ?? TOLERANCE;
  const [mine, other] = [mean(ours.slice(from, steps)), mean(theirs.slice(from, steps))];
  if (!Number.isFinite(mine) || !Number.isFinite(other)) {
    throw new Error(`expected finite losses, got ${mine} (ours) and ${other} (theirs)`);
  }
  if (Math.abs(mine - other) > within * Math.abs(other)) {
    const got = `${mine.toFixed(2)} (ours) and ${other.toFixed(2)} (theirs)`;
    throw new Error(
      `expected losses within ${100 * within} % of each other after ${steps} steps, got ${got}: the two do not compute the same`,
    );
  }
  return { ours: mine, theirs: other, steps };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function lossesOf(replies: readonly Reply[]): number[] {
  return replies.flatMap(({ losses }) => losses);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
