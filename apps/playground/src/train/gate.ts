/** @file What a training waits at while it is paused. */

interface Closed {
  readonly opened: Promise<void>;
  readonly open: () => void;
  readonly reached: Promise<void>;
  readonly reach: () => void;
}

/** Lets through while it is open, and says when somebody stands before it. */
export class Gate {
  #closed: Closed | undefined;

  close(): void {
    if (this.#closed !== undefined) return;
    const [opened, open] = signal();
    const [reached, reach] = signal();
    this.#closed = { opened, open, reached, reach };
  }

  open(): void {
    this.#closed?.reach();
    this.#closed?.open();
    this.#closed = undefined;
  }

  async passed(): Promise<void> {
    this.#closed?.reach();
    await this.#closed?.opened;
  }

  /** When what is held up stands before it; at once while it is open. */
  async reached(): Promise<void> {
    await this.#closed?.reached;
  }
}

function signal(): readonly [given: Promise<void>, give: () => void] {
  let give = (): void => undefined;
  const given = new Promise<void>((done) => (give = done));
  return [given, give];
}
