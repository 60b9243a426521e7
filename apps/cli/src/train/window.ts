/** @file The mean of what the steps report, over windows of steps that do not depend on how fast the machine is. */

/** Means over all steps since the window before. */
export interface Means {
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** Lines that a log of a whole training may have. */
const LINES = 2000;

export class Window {
  readonly #size: number;
  #sums = new Map<string, number>();
  #loss = 0;
  #count = 0;

  /** @param steps of the whole training */
  constructor(steps: number) {
    this.#size = Math.max(1, Math.ceil(steps / LINES));
  }

  /** Adds a step. @returns the means when the step ends a window */
  add(n: number, loss: number, outputs: Readonly<Record<string, number>>): Means | undefined {
    this.#count++;
    this.#loss += loss;
    for (const [name, value] of Object.entries(outputs)) this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
    return n % this.#size === 0 ? this.take() : undefined;
  }

  /** The means so far, and a new window; undefined if no step was added. */
  take(): Means | undefined {
    if (this.#count === 0) return undefined;
    const count = this.#count;
    const parts = [...this.#sums].filter(([name]) => name !== "loss").map(([name, sum]) => [name, sum / count]);
    const means = { loss: this.#loss / count, parts: Object.fromEntries(parts) as Record<string, number> };
    this.#sums = new Map();
    this.#loss = this.#count = 0;
    return means;
  }
}
