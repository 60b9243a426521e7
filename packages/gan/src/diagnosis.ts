/** @file What goes wrong with games, told from what they report: collapse, vanishing gradients, divergence; and what to try. */

import type { Side } from "./side.js";

/** What a game reports after a step: the outputs of `game`, by name. */
export type GameOutputs = Readonly<Record<string, number>>;

export interface Finding {
  readonly kind: "mode collapse" | "vanishing gradients" | "divergence";
  /** The step after which it lasted to the end. */
  readonly since: number;
  /** The numbers that show it. */
  readonly evidence: string;
  /** What to try, the likeliest first. */
  readonly remedies: readonly string[];
}

export interface DiagnosisOptions {
  /** Below this share of the deviation of real rows, a batch of fakes has collapsed. @default 0.5 */
  readonly spread?: number;
  /** Below this share of its usual length, the generator's gradient has vanished. @default 0.02 */
  readonly gradient?: number;
  /** Above so many times its usual length, a gradient has exploded. @default 50 */
  readonly explosion?: number;
  /** Above this, scores of rows have run away. @default 10,000 */
  readonly score?: number;
  /** A game is judged by windows of so many reports. @default 20 */
  readonly window?: number;
}

/** Windows that a collapse must have lasted, without becoming less: every generator begins with rows that are alike. */
const YOUNG = 5;
/** What is a rise of a number, and not its noise. */
const RISE = 1.1;

interface Window {
  readonly step: number;
  /** Means over the window. */
  readonly of: (name: string) => number | undefined;
}

/**
 * Watches a game. Numbers are averaged over windows; a finding holds from some window to the last one, so that a bad start that
 * the players overcame is none.
 *
 * - mode collapse: `generator.spread`, the deviation of a batch of fakes over that of reals, is small and does not rise;
 * - vanishing gradients: `generator.gradient` is a small part of what nine of ten windows before had at most, while the
 *   discriminator tells all rows apart (`discriminator.real` − `discriminator.fake` is larger than it was);
 * - divergence: a number is not finite, or a gradient is many times longer than it ever was in the first quarter of the game:
 *   in its first steps it grows as many times where scores begin near 0. Or scores have run away: rows that are standardised
 *   give a discriminator whose slope is held near 1 some hundreds, and every bounded loss less.
 *
 * A spread says nothing of modes that are missing from many: for those, measure coverage and recall (`@gen/eval`).
 */
export class Diagnosis {
  readonly #options: Required<DiagnosisOptions>;
  readonly #windows: Window[] = [];
  #sums = new Map<string, number>();
  #count = 0;
  #broken: Finding | undefined;

  constructor({ spread = 0.5, gradient = 0.02, explosion = 50, score = 1e4, window = 20 }: DiagnosisOptions = {}) {
    this.#options = { spread, gradient, explosion, score, window };
  }

  /** Takes the report of a step. */
  add(step: number, outputs: GameOutputs): void {
    for (const [name, value] of Object.entries(outputs)) {
      if (!Number.isFinite(value)) this.#broken ??= broken(step, `${name} is ${value}`);
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
    }
    if (++this.#count < this.#options.window) return;
    const [sums, count] = [this.#sums, this.#count];
    this.#windows.push({
      step,
      of: (name) => {
        const total = sums.get(name);
        return total === undefined ? undefined : total / count;
      },
    });
    this.#sums = new Map();
    this.#count = 0;
  }

  /** What is wrong at the end of what was reported, if anything. */
  findings(): readonly Finding[] {
    if (this.#broken !== undefined) return [this.#broken];
    return [this.#collapse(), this.#vanished(), this.#exploded() ?? this.#ranAway()].filter(
      (found) => found !== undefined,
    );
  }

  #collapse(): Finding | undefined {
    const limit = this.#options.spread;
    const spread = ({ of }: Window): number => of("generator.spread") ?? 1;
    const first = this.#firstLasting((window) => spread(window) < limit);
    if (first === undefined) return undefined;
    const spell = this.#windows.slice(first).map(spread);
    const best = Math.max(...spell.slice(0, -YOUNG));
    if (spell.length <= YOUNG || spell.at(-1)! > RISE * best) return undefined;
    return {
      kind: "mode collapse",
      since: this.#before(first),
      evidence: `the rows of a batch deviate ${spread(this.#last).toFixed(3)} times as much as real ones; expected at least ${limit}`,
      remedies: [
        "give the discriminator a penalty on its slope: r1(), or wasserstein() with gradientPenalty()",
        "let it compare the rows of a batch: minibatch",
        "lower the generator's learning rate, or move the discriminator more often: updates",
      ],
    };
  }

  #vanished(): Finding | undefined {
    const gap = ({ of }: Window): number => (of("discriminator.real") ?? 0) - (of("discriminator.fake") ?? 0);
    const first = this.#firstLasting((window, i) => {
      const usual = this.#usual(i);
      const now = window.of("generator.gradient");
      const start = this.#windows[0]!;
      return now !== undefined && now < this.#options.gradient * usual && gap(window) > Math.max(gap(start), 1);
    });
    if (first === undefined) return undefined;
    const now = this.#last.of("generator.gradient")!;
    return {
      kind: "vanishing gradients",
      since: this.#before(first),
      evidence: `the generator's gradient is ${now.toExponential(1)} long, while scores of real and fake rows are ${gap(this.#last).toFixed(1)} apart`,
      remedies: [
        "use a loss whose gradient does not vanish: nonSaturating(), hinge() or wasserstein() instead of minimax()",
        "hold the discriminator back: r1(), a smaller learning rate, fewer updates",
        "make the task harder for it: diffAugment(), realLabel 0.9",
      ],
    };
  }

  #exploded(): Finding | undefined {
    const found = (["discriminator", "generator"] as const)
      .flatMap((side) => this.#explosionOf(side) ?? [])
      .sort((a, b) => b.factor - a.factor)[0];
    if (found === undefined) return undefined;
    const { side, since, factor } = found;
    return broken(since, `the ${side}'s gradient is ${factor.toFixed(0)} times as long as it was in the beginning`);
  }

  #explosionOf(side: Side): { readonly side: Side; readonly since: number; readonly factor: number } | undefined {
    const name = `${side}.gradient`;
    const early = this.#windows.slice(0, Math.ceil(this.#windows.length / 4));
    const usual = Math.max(...early.map(({ of }) => of(name) ?? Infinity));
    const factor = ({ of }: Window): number => (of(name) ?? 0) / usual;
    const first = this.#firstLasting((window) => factor(window) > this.#options.explosion);
    if (first === undefined || this.#windows.length < 2 * YOUNG) return undefined;
    return { side, since: this.#before(first), factor: factor(this.#last) };
  }

  #ranAway(): Finding | undefined {
    const score = ({ of }: Window): number =>
      Math.max(...(["real", "fake"] as const).map((kind) => Math.abs(of(`discriminator.${kind}`) ?? 0)));
    const first = this.#firstLasting((window) => score(window) > this.#options.score);
    if (first === undefined) return undefined;
    return broken(this.#before(first), `scores of rows are ${score(this.#last).toExponential(1)} large`);
  }

  get #last(): Window {
    return this.#windows.at(-1)!;
  }

  /** From which window on it holds to the end, if it does. */
  #firstLasting(holds: (window: Window, i: number) => boolean): number | undefined {
    let first: number | undefined;
    for (let i = this.#windows.length - 1; i >= 0 && holds(this.#windows[i]!, i); i--) first = i;
    return first;
  }

  /** The last step of the window before the i-th. */
  #before(i: number): number {
    return i === 0 ? 0 : this.#windows[i - 1]!.step;
  }

  /** What the generator's gradient had at most in nine of ten windows before the i-th; 0 before there are three: nothing is judged early. */
  #usual(i: number): number {
    const before = this.#windows.slice(0, i).flatMap(({ of }) => of("generator.gradient") ?? []);
    return before.length < 3 ? 0 : before.sort((a, b) => a - b)[Math.floor(before.length * 0.9)]!;
  }
}

function broken(since: number, evidence: string): Finding {
  return {
    kind: "divergence",
    since,
    evidence,
    remedies: [
      "lower both learning rates, and β₁ of Adam to 0 or ½",
      "bound the discriminator: spectral normalisation, r1(), a gradient penalty",
      "clip gradients: chain(clipByGlobalNorm(…), adam(…))",
    ],
  };
}

/** A finding in one paragraph, for reports. */
export function describeFinding({ kind, since, evidence, remedies }: Finding): string {
  return `${kind} since step ${since}: ${evidence}. Try: ${remedies.join("; ")}.`;
}
