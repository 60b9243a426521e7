/** @file What a training waits at while it is paused. */

/** Lets through while it is open. */
export class Gate {
  #closed: { readonly opened: Promise<void>; readonly open: () => void } | undefined;

  close(): void {
    if (this.#closed !== undefined) return;
    let open = (): void => undefined;
    const opened = new Promise<void>((done) => (open = done));
    this.#closed = { opened, open };
  }

  open(): void {
    this.#closed?.open();
    this.#closed = undefined;
  }

  async passed(): Promise<void> {
    await this.#closed?.opened;
  }
}
