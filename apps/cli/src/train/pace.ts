/** @file How fast it goes, over the last while: a single run of a few steps says little on a busy machine, or of what measuring takes. */

/** Milliseconds that are looked back over, and that must have passed before there is something to say. */
const LOOK_BACK = 15_000;
const LEAST = 1_000;

export class Pace {
  readonly #every: number;
  #marks: { readonly step: number; readonly time: number }[] = [];

  /** @param every steps after which something else takes time: so many are looked back over, at the least */
  constructor(every: number) {
    this.#every = every;
  }

  /** Notes that `step` was reached at `time`, in milliseconds. @returns steps per second; undefined at first */
  at(step: number, time: number): number | undefined {
    this.#marks.push({ step, time });
    // The oldest that stays is the last before the look-back begins.
    const start = this.#marks.findLastIndex((mark) => mark.time <= time - LOOK_BACK && mark.step <= step - this.#every);
    if (start > 0) this.#marks.splice(0, start);
    const first = this.#marks[0]!;
    const passed = time - first.time;
    return passed < LEAST || step === first.step ? undefined : (1000 * (step - first.step)) / passed;
  }
}
